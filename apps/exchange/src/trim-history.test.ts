// Trim history: the days asked for are what is kept, nothing is touched without them, and a failure
// is told and not the end.
import { type TsUs, usPerDay } from '@openstrike/domain';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { trimHistory } from './trim-history.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('trims at once and then every ten minutes, until ended', async () => {
  const asked: number[] = [];
  const told: string[] = [];
  let nowUs = 100 * usPerDay;
  const retain = async (sinceUs: TsUs): Promise<void> => {
    asked.push(sinceUs / usPerDay);
    if (asked.length === 1) throw new Error('busy');
  };
  const log = { error: (_fields: unknown, sentence?: string) => void told.push(sentence ?? '') };
  const end = trimHistory({ retain }, 30, { nowUs: () => nowUs as TsUs }, log);
  await vi.advanceTimersByTimeAsync(1);
  expect(asked).toEqual([70]);
  expect(told).toEqual(['old history could not be removed']);
  nowUs = 101 * usPerDay;
  await vi.advanceTimersByTimeAsync(600_000);
  expect(asked).toEqual([70, 71]);
  await end();
  await vi.advanceTimersByTimeAsync(6_000_000);
  expect(asked).toEqual([70, 71]);
});

test('keeps everything unless asked', async () => {
  const retain = vi.fn();
  await trimHistory({ retain }, 0, { nowUs: () => 0 as TsUs }, { error: vi.fn() })();
  await vi.advanceTimersByTimeAsync(6_000_000);
  expect(retain).not.toHaveBeenCalled();
});
