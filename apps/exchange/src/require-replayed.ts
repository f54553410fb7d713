// Require replayed: whether a walk through a journal computed all of it again, for whoever asks
// what was at some moment of it.
import { OperationalError } from '@openstrike/domain';
import type { VerifyReport } from '@openstrike/sequencer';

/** Throws OperationalError where a journal is damaged, lacks its beginning or has other rules. */
export const requireReplayed = (report: VerifyReport): void => {
  const { sound, problems, firstSeq, commands, commandsReplayed } = report;
  if (!sound) throw new OperationalError('not-sound', `The journal is not sound: ${problems[0]}`);
  if (commandsReplayed === commands) return;
  if (firstSeq !== 1) {
    const sentence = `The journal begins with command ${firstSeq}: what was before is removed.`;
    throw new OperationalError('no-beginning', sentence);
  }
  const sentence =
    `Of ${commands} commands in the journal ${commands - commandsReplayed} were decided by the ` +
    'rules of another release: ask the one that wrote them.';
  throw new OperationalError('other-rules', sentence);
};
