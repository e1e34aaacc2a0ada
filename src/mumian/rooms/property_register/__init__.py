"""The register of data property (数据产权登记, 第1条; S1): applications, review, publicity, objections, certificates and their life. Public data resources are another register's."""
