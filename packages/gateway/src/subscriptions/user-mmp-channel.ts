// User MMP channel: tells an account that a protection of an index was crossed, one notification
// for each crossing.
import type { IndexName, MmpTriggered } from '@openstrike/domain';
import { renderMmpTrigger } from '@openstrike/wire';
import { Channel, type ChannelBase } from './channel.ts';
import type { UserChannelParts } from './user-channels.ts';

export class UserMmpChannel extends Channel {
  readonly replaces = false;
  override readonly urgent = true;
  #triggers: MmpTriggered[] = [];

  constructor(base: ChannelBase, parts: UserChannelParts, indexName: IndexName) {
    super(base);
    this.ends.push(
      parts.routes.mmpTriggers.add(parts.accountId, (trigger) => {
        if (trigger.scope.indexName !== indexName) return;
        this.#triggers.push(trigger);
        this.touch();
      }),
    );
  }

  protected override emit(): void {
    const triggers = this.#triggers;
    this.#triggers = [];
    for (const trigger of triggers) this.send(renderMmpTrigger(trigger));
  }
}
