"""Urgings sent through apprise (SMS gateways, 企业微信 robots, mail and more), then put on record (第二十六条)."""

import logging
import re
from datetime import datetime

import msgspec

from wz.actions.catalog import ACTIONS
from wz.errors import Usage, WzError
from wz.i18n import _
from wz.office.act import act
from wz.office.urging import Urging, method_of, recipient
from wz.store.registry import Registry
from wz.store.routes import Route, Routes, filled, kind


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a message went out by one URL, of which only the scheme is told; and why not."""

    scheme: str
    sent: bool
    why: str = ""


class Urged(Urging, frozen=True, kw_only=True):
    """An urging and what became of it: `commit` where it is on record, `failure` where anything went wrong."""

    deliveries: list[Delivery] = []  # noqa: RUF012 - msgspec copies it
    method: str | None = None
    commit: str | None = None
    failure: str | None = None


def require() -> None:
    """Raises Usage where apprise is not installed."""
    try:
        import apprise  # noqa: F401
    except ImportError:
        raise Usage(_("sending needs apprise, which is not installed"), _("Install it: pip install apprise")) from None


def send_and_record(
    registry: Registry, urging: Urging, routes: Routes, *, by: str, at: datetime, now: datetime
) -> Urged:
    """Send a message, and record the urging once one URL has taken it. What goes wrong is told, not raised."""
    deliveries: list[Delivery] = []
    method = None
    try:
        route, urls = _addresses(registry, urging, routes)
        method = route.method or method_of(kind(urls[0]))
        # Whether it may be recorded is asked before anything leaves.
        _record(registry, urging, method, by=by, at=at, now=now, dry_run=True)
        deliveries = [_send(url, urging.subject, urging.text) for url in urls]
        sent = [one for one in deliveries if one.sent]
        if sent and route.method is None:
            method = method_of(sent[0].scheme)
        commit = _record(registry, urging, method, by=by, at=at, now=now) if sent else None
        failure = next((f"{one.scheme}: {one.why}" for one in deliveries if not one.sent), None)
    except WzError as error:
        commit, failure = None, f"{error.message} {error.cure}".strip()
        if any(one.sent for one in deliveries):
            failure = _("it was sent, but could not be recorded: {why}").format(why=failure)
    return _urged(urging, deliveries, method, commit, failure)


def record(registry: Registry, urging: Urging, method: str, *, by: str, at: datetime, now: datetime) -> Urged:
    """Put an urging on record that was made by other means. Raises what `act` raises."""
    return _urged(urging, [], method, _record(registry, urging, method, by=by, at=at, now=now), None)


def _urged(
    urging: Urging, deliveries: list[Delivery], method: str | None, commit: str | None, failure: str | None
) -> Urged:
    return Urged(**msgspec.structs.asdict(urging), deliveries=deliveries, method=method, commit=commit, failure=failure)


def _addresses(registry: Registry, urging: Urging, routes: Routes) -> tuple[Route, list[str]]:
    route = routes.of(urging.unit, urging.person, urging.role)
    if route is None:
        raise Usage(
            _("no route leads to {unit}, {role}").format(unit=urging.unit, role=urging.role),
            _("Add one to notify.yaml; docs/notify.md shows how."),
        )
    person = recipient(registry.directory, urging.unit, urging.role)
    values = {
        "name": person.name if person else None,
        "phone": person.phone if person else None,
        "email": person.email if person else None,
        "unit": registry.directory.name_of(urging.unit),
    }
    return route, [filled(url, values) for url in route.urls]


def _record(
    registry: Registry, urging: Urging, method: str, *, by: str, at: datetime, now: datetime, dry_run: bool = False
) -> str | None:
    fields = {"level": urging.level, "method": method, "to": urging.to}
    return act(registry, urging.case, ACTIONS["urge"], fields, by=by, at=at, now=now, dry_run=dry_run).commit


def _send(url: str, subject: str, text: str) -> Delivery:
    """Send a message by one URL, and wait until it is taken or refused."""
    import apprise

    channel = apprise.Apprise(asset=apprise.AppriseAsset(app_id="wz", app_desc="wz", async_mode=False))
    if not channel.add(url):
        return Delivery(scheme=kind(url), sent=False, why=_("apprise does not understand this URL"))
    capture = apprise.LogCapture(level=logging.WARNING, fmt="%(message)s")  # type: ignore[no-untyped-call,unused-ignore]
    with capture as said:
        sent = bool(channel.notify(title=subject, body=text, body_format=apprise.NotifyFormat.TEXT))
        reasons = " ".join(said.getvalue().split())
    why = "" if sent else _masked(reasons, url) or _("no reason given")
    return Delivery(scheme=kind(url), sent=sent, why=why)


def _masked(reason: str, url: str) -> str:
    """The reason without anything that stands behind the URL's scheme, for there are the passwords."""
    for secret in sorted(re.findall(r"[^\W_]{4,}", url.partition(":")[2]), key=len, reverse=True):
        reason = reason.replace(secret, "***")
    return reason
