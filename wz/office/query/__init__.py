"""The filter language: `unit:urban-mgmt state:assigned (level>=yellow or due<today+3wd) 路灯`; see docs/query.md."""

from wz.office.query.building import Query, parse
from wz.office.query.days import parse_day
from wz.office.query.fields import FIELDS
from wz.office.query.syntax import QueryFault

__all__ = ["FIELDS", "Query", "QueryFault", "parse", "parse_day"]
