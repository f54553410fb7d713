// Development certificate: a self-signed pair for localhost, kept in the data folder so that
// clients that have come to trust it go on doing so. For development only; an operator gives a
// real one.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OperationalError } from '@openstrike/domain';
import { generate } from 'selfsigned';

export interface Certificate {
  readonly cert: string;
  readonly key: string;
  /** Where the certificate lies, for clients that want to trust it. */
  readonly certPath: string;
}

const readPem = (path: string, what: string): string => {
  if (!existsSync(path)) {
    throw new OperationalError('no-certificate', `There is no ${what} file ${path}.`);
  }
  return readFileSync(path, 'utf8');
};

/**
 * The operator's own pair. Throws OperationalError when only one of the two is given or a file is
 * missing.
 */
export const readCertificate = (certPath: string, keyPath: string): Certificate => {
  if (certPath === '' || keyPath === '') {
    throw new OperationalError('no-certificate', 'Give both --tls-cert and --tls-key, or neither.');
  }
  return { cert: readPem(certPath, 'certificate'), key: readPem(keyPath, 'private key'), certPath };
};

/** The folder's development pair, made on first use. */
export const developmentCertificate = async (dataFolder: string): Promise<Certificate> => {
  const certPath = join(dataFolder, 'development-cert.pem');
  const keyPath = join(dataFolder, 'development-key.pem');
  if (!existsSync(certPath) || !existsSync(keyPath)) {
    const notAfterDate = new Date(Date.now() + 365 * 24 * 3600 * 1000);
    const pair = await generate([{ name: 'commonName', value: 'localhost' }], {
      algorithm: 'sha256',
      keySize: 2048,
      notAfterDate,
      extensions: [
        {
          name: 'subjectAltName',
          altNames: [
            { type: 2, value: 'localhost' },
            { type: 7, ip: '127.0.0.1' },
            { type: 7, ip: '::1' },
          ],
        },
      ],
    });
    writeFileSync(keyPath, pair.private, { mode: 0o600 });
    writeFileSync(certPath, pair.cert);
  }
  return {
    cert: readFileSync(certPath, 'utf8'),
    key: readFileSync(keyPath, 'utf8'),
    certPath,
  };
};
