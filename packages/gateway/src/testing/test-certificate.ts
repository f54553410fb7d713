// Test certificate: a self-signed one for localhost, made for tests alone. Nothing trusts it.
import type { TlsOptions } from '../http/http-server.ts';

export const testCertificate: TlsOptions = {
  certificate: `-----BEGIN CERTIFICATE-----
MIIBmjCCAUGgAwIBAgIUI7nF6fLxNNgXpGlf02xyBSgbwdcwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMjE0MTExNVoYDzIxMjYxMDI5
MTQxMTE1WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASdWFE/5UzREdL+bng0jqqPdezDjA/tXFw683CDBZxQvZXxhzoVkpFu
nwFEW3b2K7PCtPgH+PMw6kdj/9K0QsJOo28wbTAdBgNVHQ4EFgQUM2fwpPSVJEsm
d7S/Z1b5WzhcDKcwHwYDVR0jBBgwFoAUM2fwpPSVJEsmd7S/Z1b5WzhcDKcwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDRwAwRAIgd/hmCYV0Jk5MtSgvE/psu9sXtnkVQvxbNywI5IUaBDgCIGbu
wffGowgCNdwJprRCSNhbJy37cDJ+Eu/EoE3l9IV0
-----END CERTIFICATE-----
`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgLE1/2V6o1bT0woFn
8x19N8lpB+bb5cflO4bdNwwF1DqhRANCAASdWFE/5UzREdL+bng0jqqPdezDjA/t
XFw683CDBZxQvZXxhzoVkpFunwFEW3b2K7PCtPgH+PMw6kdj/9K0QsJO
-----END PRIVATE KEY-----
`,
};
