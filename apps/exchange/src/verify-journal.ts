// Verify journal: recomputes a journal from zero and prints a JSON report. It stands on the pure
// floors and the sequencer alone, so that it runs on other JavaScript engines too, which must
// reach the same state hash.
import { OperationalError } from '@openstrike/domain';
import { type VerifyReport, verifyJournal } from '@openstrike/sequencer';
import { createStateMachine, rulesVersion } from './state-machine.ts';

/** Progress goes to stderr about once a second. */
export const verifyFolder = (journal: string): Promise<VerifyReport> => {
  const startedMs = performance.now();
  let toldMs = startedMs;
  return verifyJournal(journal, {
    createStateMachine,
    rulesVersion,
    progress: ({ seq }) => {
      const nowMs = performance.now();
      if (nowMs - toldMs < 1000) return;
      toldMs = nowMs;
      const rate = Math.round(seq / ((nowMs - startedMs) / 1000));
      process.stderr.write(`verified ${seq} commands, ${rate} a second\n`);
    },
  });
};

const [, script, journal] = process.argv;
if (script !== undefined && import.meta.url.endsWith(script.split('/').at(-1) ?? '-')) {
  try {
    if (journal === undefined) throw new OperationalError('usage', 'Give the journal folder.');
    const report = await verifyFolder(journal);
    process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
    process.exitCode = report.sound ? 0 : 1;
  } catch (error) {
    if (!(error instanceof OperationalError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
