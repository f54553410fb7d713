// File calls: how this package calls the file system, and how it tells of what failed.
import { OperationalError } from '@openstrike/domain';

type Done<T> = (error: NodeJS.ErrnoException | null, value?: T) => void;

/** Callbacks, not the promise API: half the cost for each write and sync. */
export function call<T>(path: string, run: (done: Done<T>) => void, step = 'access'): Promise<T> {
  return new Promise((fulfil, reject) => {
    run((error, value) => {
      if (error === null || error === undefined) {
        fulfil(value as T);
      } else {
        reject(storageError(path, error, step));
      }
    });
  });
}

/**
 * A full disk is told apart only before a sync: after a failed sync nothing is known about what is
 * on the disk.
 */
export function storageError(
  path: string,
  error: NodeJS.ErrnoException,
  step: string,
): OperationalError {
  const full = (error.code === 'ENOSPC' || error.code === 'EDQUOT') && step !== 'sync';
  return full
    ? new OperationalError('disk-full', `No room to write ${path}: free space on its disk.`, {
        cause: error,
      })
    : new OperationalError(
        'storage-failed',
        `Could not ${step} ${path} (${error.code ?? error.message}): check the disk and restart.`,
        { cause: error },
      );
}
