// Participants whose worker dies: it is told, and a stop between its death and the next start ends.
import pino from 'pino';
import { expect, test } from 'vitest';
import { type Participants, startParticipants } from './participants.ts';
import type { ParticipantsTask } from './participants-worker.ts';

test('a stop ends while a dead worker waits for its successor', async () => {
  const lines: string[] = [];
  let participants: Participants | null = null;
  const died = new Promise<void>((resolve) => {
    const log = pino(
      { level: 'error' },
      {
        write: (line: string) => {
          lines.push(line);
          // The worker is gone a moment after its error was told.
          setTimeout(resolve, 50);
        },
      },
    );
    // A task without accounts is none: the worker throws as it starts.
    participants = startParticipants({} as ParticipantsTask, log);
  });
  await died;
  await (participants as Participants | null)?.stop();
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('the simulated participants failed');
});
