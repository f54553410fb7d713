// Require replayed: whether a walk through a journal computed its end again, from its beginning or
// from a snapshot on the way, for whoever asks what was at some moment of it.
import { OperationalError } from '@openstrike/domain';
import type { VerifyReport } from '@openstrike/sequencer';

/** Why a journal does not tell what was at a moment: it lacks its beginning, or has other rules. */
export const notReplayed = ({ firstSeq }: VerifyReport): OperationalError =>
  firstSeq === 1
    ? new OperationalError(
        'other-rules',
        'What leads there was decided by the rules of another release: ask the one that wrote it.',
      )
    : new OperationalError(
        'no-beginning',
        `The journal begins with command ${firstSeq}, what was before is removed, and no ` +
          'snapshot that this release goes on from leads there.',
      );

/** Throws OperationalError where a journal is damaged, or its end was not computed. */
export const requireReplayed = (report: VerifyReport): void => {
  const { sound, problems, commands, stateHash } = report;
  if (!sound) throw new OperationalError('not-sound', `The journal is not sound: ${problems[0]}`);
  if (commands > 0 && stateHash === null) throw notReplayed(report);
};
