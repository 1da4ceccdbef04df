"""What section 11 of rule.md says that hiding does not cover, and what is done about it here, sentence by sentence.

Nothing in an answer is normalized: new ids and instants are the same in both twins (serving.py). Either worlds that
differ in such a thing are not twins (alike.py), or nothing asks for it (documents.py, pools.py).
"""

NOT_TWINS, NOT_ASKED, ALIKE = "not twins", "not asked", "alike in twins"

DECLARED: dict[str, tuple[str, str]] = {
    "a name already taken by a hidden sibling answers CONFLICT": (
        NOT_ASKED,
        "pools.py: nothing is named as something that is there in one twin alone",
    ),
    "deleting a node all of whose children are hidden": (NOT_TWINS, "alike.py: `children`"),
    "`path` holds the slugs of teams one may not see": (NOT_TWINS, "alike.py: `paths`"),
    "an organization's revision counts changes one can't see": (
        ALIKE,
        "both are written in as many revisions, and change together from then on",
    ),
    "an approval shows the number of approvals given by people one can't see": (
        NOT_TWINS,
        "alike.py: `rows` and `approvers`",
    ),
    "who deletes an environment and makes another of another name leaves a restriction on the name": (
        ALIKE,
        "it is said of what one does oneself",
    ),
    "creating what a hiding restriction covers is FORBIDDEN": (
        NOT_TWINS,
        "alike.py: `what a new environment would meet`",
    ),
    "limits of depth": (ALIKE, "no world is so deep"),
    "a role in use": (NOT_TWINS, "alike.py: `roles in use`"),
    "an organization's slug": (ALIKE, "no edit gives or takes one"),
    "`satisfiable`": (NOT_ASKED, "documents.py: LEFT_OUT"),
    "the largest number of approvals": (ALIKE, "edits don't change who matches a rule that is seen: `approvers`"),
}
"""By its words in section 11: what is done, and where."""

ALSO: dict[str, tuple[str, str]] = {
    "audit record: with AUDIT_VIEW on the organization, whole (section 4a)": (
        NOT_ASKED,
        "operations.py: RECORDS, and only for who holds it",
    ),
    "all environments of the organization, even those hidden from the editor (section 7)": (
        NOT_TWINS,
        "alike.py: `choices`",
    ),
    "ACCESS_EXPLAIN on the organization covers all of it (section 4, About others)": (
        NOT_TWINS,
        "alike.py: `everything`, what it is restricted by, and `gates`",
    ),
    "nobody hands on what their own roles don't allow: theirs, not what their key lists (section 10)": (
        NOT_TWINS,
        "alike.py: `own roles`",
    ),
    "each step leaves a reason: PROJECT_RESTRICTION also to whose key covers an environment alone (section 4)": (
        NOT_TWINS,
        "alike.py: `gates`",
    ),
}
"""What other sections show to who holds a permission."""

OPEN: dict[str, tuple[str, str]] = {
    "`path` of an environment holds its project's slug, which a key for it alone does not cover (sections 2 and 11)": (
        NOT_TWINS,
        "alike.py: `paths`; section 11 speaks of teams; who holds such a key learns the slug of its project",
    ),
    "An e-mail nobody has makes a person; that of somebody deactivated is INELIGIBLE_SUBJECT (section 10)": (
        NOT_TWINS,
        "alike.py: `invited`; whoever manages an organization's members learns that such an account was deactivated",
    ),
    "One membership a subject and node, so CONFLICT; who manages them need not see them (sections 1, 4a and 10)": (
        NOT_TWINS,
        "alike.py: `taken`; whoever manages memberships without seeing them learns whom of those they see has one",
    ),
}
"""Differences that no section declares, to be decided: mended, or declared."""
