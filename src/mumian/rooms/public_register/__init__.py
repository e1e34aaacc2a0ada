"""The register of public data resources (公共数据资源登记, 第2条; S2): its entries have query codes and are no property; never mixed with the register of rights."""
