// Backup: a copy of the running exchange: the databases as SQLite itself copies them, then the
// journal up to one durable command. In that order, because history must never be ahead of the
// journal beside it; where it is behind, it catches up at the start.
import { cpSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { OperationalError } from '@openstrike/domain';
import { type BackupReport, makeFolders, type Sequencer } from '@openstrike/sequencer';
import type { DataFolder } from './data-folder.ts';
import { proofKeyName } from './liability-proofs.ts';

export const backupExchange = async (
  sequencer: Sequencer,
  folder: DataFolder,
  target: string,
): Promise<BackupReport> => {
  if (existsSync(target) && readdirSync(target).length > 0) {
    throw new OperationalError('not-empty', `${target} is not empty; name a new folder.`);
  }
  makeFolders(target, 0o700);
  for (const name of readdirSync(folder.root).filter((each) => /\.(db|sqlite)$/.test(each))) {
    const database = new DatabaseSync(join(folder.root, name), { readOnly: true });
    try {
      database.prepare('VACUUM INTO ?').run(join(target, name));
    } finally {
      database.close();
    }
  }
  const key = join(folder.root, proofKeyName);
  if (existsSync(key)) cpSync(key, join(target, proofKeyName));
  return sequencer.backup(join(target, 'journal'));
};
