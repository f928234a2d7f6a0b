"""The demo's network: regions, sites and access segments with their postal codes, and NASes."""

from datetime import datetime
from ipaddress import IPv4Address

from domain.demo.clock import Clock
from domain.demo.loading import Loader
from domain.demo.places import CITIES, City
from domain.monitoring.coverage import plain_prefix
from domain.monitoring.models import NetworkSegment, SegmentCoverage, SegmentKind
from domain.radius.models import Nas, NasBoot, NasVendor

_BUILT_DAYS_AGO = 1190
_ACCESS = (SegmentKind.OLT, SegmentKind.CMTS, SegmentKind.ACCESS_POINT)
_VENDORS = (NasVendor.MIKROTIK, NasVendor.JUNIPER, NasVendor.HUAWEI, NasVendor.CISCO)
#: The city whose NAS started anew lately, and when.
_REBOOTED = CITIES[3]
_REBOOTED_DAYS_AGO = 10.2
_ADDRESSES = {
    city.code: IPv4Address("10.255.0.0") + number for number, city in enumerate(CITIES, start=1)
}


def add_network(loader: Loader, clock: Clock) -> None:
    """A region per country, a site and a NAS per city, and a segment for each of its areas."""
    regions: dict[str, int] = {}
    for number, city in enumerate(CITIES):
        country = city.country
        if country.code not in regions:
            regions[country.code] = _add_segment(
                loader, clock, f"REG-{country.code}", country.name, SegmentKind.REGION, None
            )
        site_id = _add_segment(
            loader, clock, f"SITE-{city.code}", city.name, SegmentKind.SITE, regions[country.code]
        )
        _add_areas(loader, clock, city, site_id, _ACCESS[number % len(_ACCESS)])
        _add_nas(loader, clock, city, _VENDORS[number % len(_VENDORS)])


def nas_address(city: City) -> IPv4Address:
    """Where the packets of the city's NAS come from."""
    return _ADDRESSES[city.code]


def rebooted_at(city: City, clock: Clock) -> datetime | None:
    """When the city's NAS last started anew."""
    return clock.days_ago(_REBOOTED_DAYS_AGO) if city is _REBOOTED else None


def _add_areas(loader: Loader, clock: Clock, city: City, site_id: int, kind: SegmentKind) -> None:
    for number, (prefix, area) in enumerate(city.areas, start=1):
        code = f"{kind.replace('_', '-')}-{city.code}-{number}"
        segment_id = _add_segment(loader, clock, code, f"{city.name} {area}", kind, site_id)
        loader.add(
            SegmentCoverage,
            id=loader.new_id(SegmentCoverage),
            country=city.country.code,
            postal_code_prefix=plain_prefix(prefix),
            segment_id=segment_id,
            created_at=clock.days_ago(_BUILT_DAYS_AGO),
            updated_at=clock.days_ago(_BUILT_DAYS_AGO),
        )


def _add_segment(
    loader: Loader, clock: Clock, code: str, name: str, kind: SegmentKind, parent_id: int | None
) -> int:
    segment_id = loader.new_id(NetworkSegment)
    loader.add(
        NetworkSegment,
        id=segment_id,
        code=code,
        name=name,
        kind=kind,
        parent_id=parent_id,
        created_at=clock.days_ago(_BUILT_DAYS_AGO),
        updated_at=clock.days_ago(_BUILT_DAYS_AGO),
    )
    return segment_id


def _add_nas(loader: Loader, clock: Clock, city: City, vendor: NasVendor) -> None:
    address = nas_address(city)
    loader.add(
        Nas,
        id=loader.new_id(Nas),
        name=f"bng-{city.code.lower()}-1",
        address=address,
        vendor=vendor,
        created_at=clock.days_ago(_BUILT_DAYS_AGO),
        updated_at=clock.days_ago(_BUILT_DAYS_AGO),
    )
    booted_at = rebooted_at(city, clock)
    if booted_at is not None:
        loader.add(NasBoot, nas_ip_address=address, booted_at=booted_at)
