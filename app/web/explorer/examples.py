"""The queries that a browser finds in the explorer's tabs when it opens it for the first time."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Example:
    """One tab: `title` becomes the query's first line, the operation's name the tab's; `variables` is JSON or ""."""

    title: str
    query: str
    variables: str = ""


WHO_AM_I = Example(
    "Who am I, and where do I belong?",
    """
query WhoAmI {
  viewer {
    user { name email }
    memberships {
      nodes {
        resource {
          ... on Organization { name }
          ... on Team { path }
          ... on Project { path }
        }
        roles { name }
        expiresAt
      }
    }
  }
}
""",
)

WHAT_THERE_IS = Example(
    "What is there for me? Whatever is hidden from me is not in these lists, nor in their counts.",
    """
query WhatThereIs {
  organizations {
    nodes {
      name
      slug
      projects(first: 20) {
        totalCount
        nodes {
          path
          environments(first: 10) {
            nodes { name tier restricted viewerAccess }
          }
        }
      }
    }
  }
}
""",
)

WHAT_I_SEE = Example(
    "What do I see? Whatever is hidden from me is not in these lists, nor in their counts.",
    """
query WhatISee($slug: String!) {
  organization(slug: $slug) {
    name
    projects {
      totalCount
      nodes {
        path
        kind
        environments {
          nodes { name tier restricted viewerAccess }
        }
      }
    }
  }
}
""",
    '{ "slug": "acme-models" }',
)

WHY_NOT = Example(
    "May I promote to production, and if not, why? Each gate that was looked at says what it found.",
    """
query WhyNot {
  organization(slug: "acme-models") {
    environments(name: "production") {
      nodes {
        path
        viewerAccess
        viewerDecisions(permissions: [ENVIRONMENT_PROMOTE, ENVIRONMENT_VIEW_LOGS]) {
          permission
          allowed
          code
          reasons { gate passed message }
        }
      }
    }
  }
}
""",
)

WHAT_PROTECTS = Example(
    "What protects production, in the groups and in the projects themselves?",
    """
query WhatProtects {
  organization(slug: "acme-platform") {
    restrictions {
      nodes {
        scope {
          ... on Organization { name }
          ... on Team { path }
          ... on Project { path }
        }
        environmentName
        tier
        adminBypass
        grants {
          subject {
            ... on User { name }
            ... on Team { path }
          }
          level
          source
        }
      }
    }
    environments(tier: PRODUCTION) {
      nodes { path viewerAccess viewerPermissions }
    }
  }
}
""",
)

WHO_HAS_WHICH = Example(
    "Who works in which environments? The lists are shown to those who manage members.",
    """
query WhoHasWhich {
  organization(slug: "acme-apps") {
    environmentAccessEnabled
    members {
      nodes {
        subject { ... on User { name } }
        roles { name }
        environmentAccess {
          mode
          allowedCount
          environments { projectName name }
        }
      }
    }
  }
}
""",
)

PRIVATE_SPACES = Example(
    "Spaces and their projects: an isolated space and a restricted project are there only for their own people.",
    """
query PrivateSpaces {
  organization(slug: "acme-observe") {
    teams {
      nodes {
        name
        isolated
        projects {
          nodes {
            name
            kind
            restricted
            mayAnnotate: viewerCan(permission: PROJECT_ANNOTATE)
          }
        }
      }
    }
  }
}
""",
)

WHO_MAY = Example(
    "Who may deploy? Null unless I may explain other people's access.",
    """
query WhoMay {
  organization(slug: "acme-platform") {
    environments(tier: PRODUCTION) {
      nodes {
        path
        subjects(permission: ENVIRONMENT_DEPLOY) {
          nodes { name isServiceAccount }
        }
      }
    }
  }
}
""",
)

GENERAL = (WHO_AM_I, WHAT_THERE_IS)
"""What can be asked wherever one is."""

EXAMPLES = (WHO_AM_I, WHAT_I_SEE, WHY_NOT, WHAT_PROTECTS, WHO_HAS_WHICH, PRIVATE_SPACES, WHO_MAY)
"""What there is to be asked in the demo."""
