"""The authorities, institutions, people and enterprises of the demonstration. All enterprises and people are fictional."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from app.model import Membership, Organisation, OrganisationKind, Role, User
from app.model.identifiers import made_up_uscc, region_name

PROVINCE = "370000"
CITIES = {
    "370100": ("370102", "370104", "370105", "370112"),
    "370300": ("370303", "370302", "370305"),
    "370700": ("370702", "370703", "370705"),
}
WORK = (Role.HANDLER, Role.REVIEWER, Role.SIGNER)


@dataclass(frozen=True)
class Account:
    """An account that is printed: what it is for, its organisation and roles."""

    username: str
    name: str
    what: str
    organisation: str  # key of an organisation, see `set_up`
    roles: tuple[Role, ...] = WORK


ACCOUNTS = (
    Account("county-env", "李演示", "历下区生态环境部门经办", "county_environment:370102"),
    Account("county-env2", "孙演示", "历下区生态环境部门经办（第二人，可转办）", "county_environment:370102"),
    Account("county-coord", "王演示", "历下区综合协调部门经办", "county_coordinator:370102"),
    Account("city-env", "张演示", "济南市生态环境部门经办", "city_environment:370100"),
    Account("city-coord", "赵演示", "济南市综合协调部门经办", "city_coordinator:370100"),
    Account("city-other", "钱演示", "济南市有关行业主管部门经办", "city_other:370100"),
    Account("province-env", "陈演示", "省生态环境部门经办", "province_environment:370000"),
    Account("province-coord", "刘演示", "省综合协调部门经办", "province_coordinator:370000"),
    Account("consultant", "周演示", "咨询服务机构", "consultant"),
    Account("expert", "吴演示", "专家组", "expert_group"),
    Account("admin", "系统管理员", "系统和流程管理", "system", (Role.ADMINISTRATOR,)),
    Account("security", "安全管理员", "用户和角色管理", "system", (Role.SECURITY,)),
    Account("auditor", "审计员", "只看操作记录", "system", (Role.AUDITOR,)),
)
ENTERPRISE_ACCOUNT = "enterprise"


@dataclass(frozen=True)
class Company:
    """A fictional enterprise."""

    number: int
    name: str
    region: str
    industry: str
    grounds: tuple[str, ...]

    @property
    def uscc(self) -> str:
        return made_up_uscc(self.region, self.number)

    def entry(self, grounds: tuple[str, ...] | None = None) -> dict[str, object]:
        """What a clerk types into a roster."""
        return {
            "name": self.name,
            "uscc": self.uscc,
            "region_code": self.region,
            "industry_code": self.industry,
            "address": f"{region_name(self.region)}示例路 {self.number} 号",
            "legal_representative": "法人样例",
            "contact_name": f"联系人{self.number:02d}",
            "contact_phone": f"0531-0000{self.number:04d}",
            "grounds": list(grounds or self.grounds),
            "management_level": "county",
        }


@dataclass
class People:
    """Who acts for which organisation while the demonstration is played."""

    organisations: dict[str, int] = field(default_factory=dict)
    clerk_of: dict[int, int] = field(default_factory=dict)


def set_up(session: Session, password_hash: str) -> People:
    """Adds the authorities of the province, the institutions, and the printed accounts."""
    people = People()
    made: dict[str, Organisation] = {}
    for number, (level, region) in enumerate(_regions()):
        short = region_name(region)
        short = short if region == PROVINCE else short.removeprefix("山东省")
        for body, name in (("environment", "生态环境局"), ("coordinator", "工业和信息化局")):
            title = (
                f"{short}{name}" if region != PROVINCE else {"environment": "山东省生态环境厅", "coordinator": "山东省工业和信息化厅"}[body]
            )
            made[f"{level}_{body}:{region}"] = Organisation(
                kind=OrganisationKind.AUTHORITY, name=title, level=level, body=body, region_code=region,
                contact_name="清洁生产科", contact_phone=f"0531-0000{2 * number + (body == 'coordinator'):04d}", is_demo=True,
            )  # fmt: skip
        if level == "city":  # the departments of trades, which choose key projects together with the coordinator
            made[f"city_other:{region}"] = Organisation(
                kind=OrganisationKind.AUTHORITY, name=f"{short}发展和改革委员会", level=level, body="other", region_code=region,
                contact_name="办公室", contact_phone=f"0531-0000{800 + number:04d}", is_demo=True,
            )  # fmt: skip
    made["province_other:370000"] = Organisation(
        kind=OrganisationKind.AUTHORITY, name="山东省发展和改革委员会", level="province", body="other", region_code=PROVINCE,
        contact_name="办公室", contact_phone="0531-00000901", is_demo=True,
    )  # fmt: skip
    for kind, name in (
        (OrganisationKind.SUPPORT_BODY, "样例清洁生产技术中心"),
        (OrganisationKind.EXPERT_GROUP, "山东省清洁生产审核专家组（演示）"),
        (OrganisationKind.CONSULTANT, "样例清洁生产咨询有限公司"),
        (OrganisationKind.SYSTEM, "系统管理"),
    ):
        made[kind.value] = Organisation(
            kind=kind, name=name, region_code=PROVINCE, contact_name="办公室", contact_phone="0531-00000900", is_demo=True
        )
    session.add_all(made.values())
    session.flush()
    people.organisations = {key: o.id for key, o in made.items()}
    for account in ACCOUNTS:
        user = add_user(session, account.username, account.name, password_hash, made[account.organisation].id, account.roles)
        people.clerk_of.setdefault(made[account.organisation].id, user.id)
    return people


def add_user(session: Session, username: str, name: str, password_hash: str, organisation_id: int, roles: tuple[Role, ...] = WORK) -> User:
    """A demonstration user with roles in one organisation."""
    user = User(username=username, name=name, password_hash=password_hash, is_demo=True)
    user.memberships = [Membership(organisation_id=organisation_id, role=role) for role in roles]
    session.add(user)
    session.flush()
    return user


def _regions() -> list[tuple[str, str]]:
    found = [("province", PROVINCE)]
    for city, counties in CITIES.items():
        found.append(("city", city))
        found += [("county", county) for county in counties]
    return found
