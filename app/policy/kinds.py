"""Kinds of things that have an id, by the three letters that every id of the kind begins with."""

from enum import StrEnum


class Kind(StrEnum):
    """The prefix of an id; it says what the id is of, and nothing else about it."""

    ORGANIZATION = "org"
    TEAM = "tea"
    PROJECT = "prj"
    ENVIRONMENT = "env"
    USER = "usr"
    API_KEY = "key"
    ROLE = "rol"
    MEMBERSHIP = "mem"
    ACCESS_ENTRY = "ace"
    RESTRICTION = "res"
    GRANT = "gra"
    APPROVAL_RULE = "apr"
    DEPLOYMENT = "dep"
    APPROVAL = "app"
    SETTINGS = "set"
    AUTOSCALING = "aut"
    ACCESS_REQUEST = "req"
    BREAK_GLASS = "brk"
    AI_PROVIDER = "aip"
    AUDIT_EVENT = "aud"
