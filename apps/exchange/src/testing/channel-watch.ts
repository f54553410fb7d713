// Channel watch: listens to channels, holds every notification to what the reference says of it,
// and keeps what was told.
import { channelFault } from './channel-shapes.ts';
import type { DataClient } from './data-client.ts';

export class ChannelWatch {
  /** What was not as the reference says. */
  readonly faults: string[] = [];
  readonly client: DataClient;
  readonly #told = new Map<string, unknown[]>();

  constructor(client: DataClient) {
    this.client = client;
  }

  async watch(channels: readonly string[]): Promise<void> {
    for (const channel of channels) {
      const told: unknown[] = [];
      this.#told.set(channel, told);
      this.client.on(channel, (data) => {
        told.push(data);
        const wrong = channelFault(channel, data);
        if (wrong !== null && this.faults.length < 20) this.faults.push(wrong);
      });
    }
    await this.client.subscribe(...channels);
  }

  told<Data = Record<string, unknown>>(channel: string): Data[] {
    return (this.#told.get(channel) ?? []) as Data[];
  }

  last<Data = Record<string, unknown>>(channel: string): Data {
    const last = this.told<Data>(channel).at(-1);
    if (last === undefined) throw new Error(`nothing was told by ${channel}`);
    return last;
  }

  /** Waits until each channel has told so much. */
  async hear(channels: readonly string[], count: number, waitMs?: number): Promise<void> {
    const silent = () => channels.filter((channel) => this.told(channel).length < count);
    await this.client
      .until('channels', () => silent().length === 0, waitMs)
      .catch((error: Error) => {
        throw new Error(`${error.message}: ${silent().join(', ')}`);
      });
  }
}
