// Submit: sends a command into the engine and reads its refusal. Invariant: a handler goes on only
// with a command that took effect; a refusal leaves as Deribit's error. The command is submitted
// before the first suspension.
import type { Applied, Command, RejectCode } from '@openstrike/domain';
import { renderReject } from '@openstrike/wire';
import { ApiError, type Call } from '../method.ts';

/** The refusal of a command in Deribit's words. */
export const errorOfReject = (code: RejectCode, limit: number | null = null): ApiError => {
  const { name, message, reason, param } = renderReject(code, limit);
  return new ApiError(name, { message, reason, ...(param === null ? {} : { param }) });
};

export interface Refusal {
  readonly code: RejectCode;
  readonly limit: number | null;
}

/** What a command was refused with; null when it took effect. */
export const refusalOf = (applied: Applied): Refusal | null => {
  const { events } = applied;
  for (let i = events.length - 1; i >= 0; i--) {
    const event = events[i];
    if (event?.type === 'command-rejected') {
      return { code: event.code, limit: event.limit };
    }
    if (event?.type === 'command-repeated' && event.rejectCode !== null) {
      return { code: event.rejectCode, limit: null };
    }
  }
  return null;
};

/** Submits a command. Throws: ApiError when the engine refuses it. */
export const submit = async (call: Call, command: Command): Promise<Applied> => {
  const applied = await call.context.commands.submit(command);
  const refusal = refusalOf(applied);
  if (refusal !== null) {
    throw errorOfReject(refusal.code, refusal.limit);
  }
  return applied;
};

/** The value of a query that may be refused. Throws: ApiError when it was. */
export const answered = <Answer extends object>(answer: Answer | RejectCode): Answer => {
  if (typeof answer === 'string') {
    throw errorOfReject(answer);
  }
  return answer;
};

/** The refusal of what the venue does not have yet. */
export const notImplemented = (what: string): ApiError =>
  new ApiError('not_implemented', { reason: `${what} is not available on this venue yet` });
