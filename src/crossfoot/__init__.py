"""Crossfoot: the self-service finance portal that a Huawei Cloud reseller runs for its customers."""
