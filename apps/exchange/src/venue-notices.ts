// Venue notices: what the venue itself announces, told to everybody from its own events: margin
// parameters and stress factors, ahead of their change, and a stop of the whole venue, whoever
// pulled the switch.
import type { Applied, Event } from '@openstrike/domain';

export interface Notice {
  readonly title: string;
  readonly body: string;
  readonly important: boolean;
}

const at = (tsUs: number): string => new Date(tsUs / 1000).toISOString();

/** What there is to announce of an event; null for most. */
export const noticeOf = (event: Event): Notice | null => {
  if (event.type === 'tables-announced') {
    const tables = event.tables.map(
      ({ underlying, version, hash }) => `${underlying} version ${version} (${hash})`,
    );
    const body = `In force from ${at(event.effectiveUs)}: ${tables.join(', ')}`;
    return { title: 'Margin parameters change', body, important: true };
  }
  if (event.type === 'stress-changed' && event.nextFactor !== event.factor) {
    const { underlying, factor, nextFactor, effectiveUs } = event;
    const title = `${underlying} stress factor ${nextFactor > factor ? 'rises' : 'falls'}`;
    const change = `${nextFactor}, not ${factor} times`;
    const body = `From ${at(effectiveUs)} portfolio margins count ${change}`;
    return { title, body, important: nextFactor > factor };
  }
  if (event.type === 'kill-switch-changed' && event.accountId === null) {
    const title = event.engaged ? 'Trading stopped' : 'Trading resumed';
    return { title, body: event.reason, important: true };
  }
  return null;
};

/** All that a batch has to announce, in order. */
export const noticesOf = (batch: readonly Applied[]): readonly Notice[] =>
  batch.flatMap(({ events }) => events.map(noticeOf).filter((notice) => notice !== null));
