"""What Huawei Cloud sells in the simulated world: services, regions, and the tags and projects that customers choose.

Codes are Huawei's where they are publicly known; prices are invented.
"""

from dataclasses import dataclass

from crossfoot.simulator.amounts import price_units
from crossfoot.simulator.kinds import PACKAGE_HOURS, PLAN_HOURS, RESERVED_FEE, RESERVED_HOURS, USAGE, Kind


@dataclass(frozen=True, eq=False)
class Service:
    """One service and the kind of thing that it bills."""

    code: str
    name: str
    name_zh: str
    resource_type: str
    resource_type_name: str
    product: str
    specs: tuple[str, ...]
    usage_type: str
    unit: str
    price: int
    largest_usage: int = 0  # whole units an hour at most; 0 = an hour of one instance
    percent_off: int = 0  # the partner's discount
    by_month: bool = False  # can be bought by month or year

    def label(self, lang: str) -> str:
        """Its name in the language of the files."""
        return self.name_zh if lang == "zh" else self.name


@dataclass(frozen=True, eq=False)
class Region:
    """A region by its code."""

    code: str
    name: str
    name_zh: str

    def label(self, lang: str) -> str:
        """Its name in the language of the files."""
        return self.name_zh if lang == "zh" else self.name


def _service(  # noqa: PLR0913 - one row of the table below
    what: str, name: str, name_zh: str, resource: str, product: str, specs: str, metered: str, price: str,
    *, most: int = 0, off: int = 0, by_month: bool = False,
) -> Service:  # fmt: skip
    type_code, _, type_name = resource.partition(" ")
    usage_type, _, unit = metered.partition(" ")
    return Service(
        f"hws.service.type.{what}", name, name_zh, f"hws.resource.type.{type_code}", type_name, product,
        tuple(specs.split("|")), usage_type, unit, price_units(price), most, off, by_month,
    )  # fmt: skip


# fmt: off
ECS = _service(
    "ec2", "Elastic Cloud Server", "弹性云服务器", "vm Cloud host",
    "ECS General Computing", "s6.large.2, 2 vCPUs / 4 GiB|m6.xlarge.8, 4 vCPUs / 32 GiB|c6.2xlarge.4, 8 vCPUs / 32 GiB", "Duration Hour", "0.0912345678", off=12, by_month=True,
)
RDS = _service(
    "rds", "Relational Database Service", "云数据库 RDS", "rds.vm DB instance",
    "RDS for MySQL", "rds.mysql.s1.large.ha|rds.pg.n1.xlarge.4", "Duration Hour", "0.2134567891", off=10, by_month=True,
)
SUPPORT_PLAN = _service(
    "supportplan", "Support Plans", "支持计划", "supportplan Support plan",
    "Business Support Plan", "Business", "Month Month", "100.0000000000",
)
SERVICES = (
    ECS,
    _service(
        "ebs", "Elastic Volume Service", "云硬盘", "volume Disk",
        "Ultra-high I/O", "SSD|SAS|GPSSD", "Size GB*Hour", "0.0001643836", most=500, off=5, by_month=True,
    ),
    _service(
        "obs", "Object Storage Service", "对象存储服务", "obs Bucket storage",
        "OBS Standard Storage", "Standard|Infrequent Access", "StorageSpace GB*Hour", "0.0000315069", most=4000,
    ),
    _service(
        "vpc", "Virtual Private Cloud", "虚拟私有云", "bandwidth Bandwidth",
        "Dynamic BGP", "5_bgp|10_bgp", "Upflow GB", "0.1140000001", most=3, off=8,
    ),
    RDS,
    _service(
        "dcs", "Distributed Cache Service", "分布式缓存服务", "dcs3 Cache instance",
        "DCS for Redis 5.0", "redis.ha.xu1.large.r2.4", "Duration Hour", "0.0751234567", off=10, by_month=True,
    ),
    _service(
        "dds", "Document Database Service", "文档数据库服务", "dds.vm DDS instance",
        "DDS Replica Set", "dds.mongodb.s6.large.2", "Duration Hour", "0.1512345671", by_month=True,
    ),
    _service(
        "cce", "Cloud Container Engine", "云容器引擎", "cce.cluster Cluster",
        "CCE Cluster", "cce.s2.small|cce.s2.medium", "Duration Hour", "0.1833333333", off=15, by_month=True,
    ),
    _service(
        "elb", "Elastic Load Balance", "弹性负载均衡", "elbv3 Load balancer",
        "Dedicated ELB", "L7.basic|L4.basic", "LCU LCU*Hour", "0.0083333333", most=40,
    ),
    _service(
        "cdn", "Content Delivery Network", "内容分发网络", "cdn Traffic",
        "CDN Traffic", "Outside the Chinese mainland", "Downflow GB", "0.0520000007", most=20, off=20,
    ),
    _service(
        "natgateway", "NAT Gateway", "NAT网关", "natgateway NAT gateway",
        "Public NAT Gateway", "Small|Medium", "Duration Hour", "0.0711111111", by_month=True,
    ),
    _service(
        "waf", "Web Application Firewall", "Web应用防火墙", "waf Domain",
        "Cloud WAF", "professional", "Requests Million", "0.6000000003", most=2, by_month=True,
    ),
    _service(
        "hss", "Host Security Service", "企业主机安全", "hss Server quota",
        "HSS Enterprise", "hss.version.enterprise", "Duration Hour", "0.0136986301", by_month=True,
    ),
    _service(
        "dms", "Distributed Message Service for Kafka", "分布式消息服务Kafka版", "dms.instance Kafka instance",
        "DMS for Kafka", "kafka.4u8g.cluster", "Duration Hour", "0.3219178082", off=10, by_month=True,
    ),
    _service(
        "css", "Cloud Search Service", "云搜索服务", "css.vm Search node",
        "CSS OpenSearch", "ess.spec-4u8g", "Duration Hour", "0.2465753425",
    ),
    _service(
        "mrs", "MapReduce Service", "MapReduce服务", "mrs.host Cluster node",
        "MRS Node", "c6.4xlarge.4.linux.bigdata", "Duration Hour", "0.5712328767",
    ),
    _service(
        "dws", "Data Warehouse Service", "数据仓库服务", "dws.vm Warehouse node",
        "GaussDB(DWS) Node", "dws2.m6.4xlarge.8", "Duration Hour", "1.3150684932", off=18,
    ),
    _service(
        "gaussdb", "GaussDB", "云数据库 GaussDB", "gaussdb.vm GaussDB instance",
        "GaussDB Distributed", "gaussdb.opengauss.ee.dn.m6.2xlarge.8", "Duration Hour", "0.9589041096", off=18,
    ),
    _service(
        "modelarts", "ModelArts", "AI开发平台ModelArts", "modelarts Compute pool",
        "ModelArts Notebook", "modelarts.vm.gpu.v100", "Duration Second", "0.0011415525", most=3600, off=7,
    ),
    _service(
        "functionstage", "FunctionGraph", "函数工作流", "functionstage Function",
        "FunctionGraph Requests", "Requests", "Requests Million", "0.1999999999", most=9,
    ),
    _service(
        "sfsturbo", "SFS Turbo", "高性能弹性文件服务", "sfs.turbo File system",
        "SFS Turbo Standard", "sfs.turbo.standard", "Size GB*Hour", "0.0002054795", most=1200,
    ),
    _service(
        "cbr", "Cloud Backup and Recovery", "云备份", "cbr Vault",
        "Server Backup Vault", "vault.backup.server.normal", "Size GB*Hour", "0.0000616438", most=800,
    ),
    _service(
        "dns", "Domain Name Service", "云解析服务", "dns DNS queries",
        "Private Zone", "query", "Queries Million", "0.0000000000", most=5,
    ),
    _service(
        "kms", "Data Encryption Workshop", "数据加密服务", "kms Key",
        "KMS Key", "kms.key", "Duration Hour", "0.0013698630",
    ),
    _service(
        "lts", "Log Tank Service", "云日志服务", "lts Log traffic",
        "LTS Read and Write", "lts.write", "Flow GB", "0.0400000003", most=8,
    ),
    _service(
        "aom", "Application Operations Management", "应用运维管理", "aom Metrics",
        "AOM Custom Metrics", "aom.metric", "Samples Million", "0.0300000001", most=6,
    ),
)
REGIONS = (
    Region("ap-southeast-3", "AP-Singapore", "亚太-新加坡"),
    Region("ap-southeast-1", "CN-Hong Kong", "中国-香港"),
    Region("ap-southeast-2", "AP-Bangkok", "亚太-曼谷"),
    Region("la-south-2", "LA-Santiago", "拉美-圣地亚哥"),
    Region("af-south-1", "AF-Johannesburg", "非洲-约翰内斯堡"),
    Region("tr-west-1", "TR-Istanbul", "土耳其-伊斯坦布尔"),
)
# fmt: on

# What an account has and how its hours are paid, in the order in which it gets them: most by use.
PAID_BY: tuple[tuple[Service, Kind], ...] = (
    *((service, USAGE) for service in SERVICES[:4]),
    (ECS, PLAN_HOURS),
    (ECS, RESERVED_FEE),
    (ECS, RESERVED_HOURS),
    (SERVICES[2], PACKAGE_HOURS),
    *((service, USAGE) for service in SERVICES[4:]),
    (RDS, RESERVED_HOURS),
    (SERVICES[3], PACKAGE_HOURS),
)

Tags = tuple[tuple[str, str], ...]
TAGS: tuple[Tags, ...] = (
    (),
    (("env", "prod"), ("team", "payments")),
    (("env", "prod"), ("team", "search"), ("成本中心", "研发一部")),
    (("env", "test"),),
    (("team", ""),),
    (("成本中心", "市场部"),),
    (("env", ""), ("url", "https://shop.example:8443/a:b")),
    (("Name", "数据平台, blue"), ("env", "prod"), ("owner", 'the "core" team')),
    (),
    (("env", "dev"), ("team", "payments"), ("billing", "")),
)

PROJECT_NAMES = ("payments", "电商平台", "Data Lake, EU", "website")
