// Notice methods: announcements, and the small settings that clients ask for. Invariant: what the
// venue does not do (rewards, affiliates paid, products switched off) is answered as not there.
import {
  affiliateProgramInfoShape,
  announcementReadShape,
  announcementsShape,
  custodyAccountsShape,
  disabledProductsShape,
  emailLanguageShape,
  newAnnouncementsShape,
  okShape,
  setEmailLanguageShape,
} from '@openstrike/wire';
import type { Announcement } from '../identity/identity-store.ts';
import { ApiError, defineMethod, type Method } from '../method.ts';
import { accountOf } from './caller.ts';
import { notImplemented } from './submit.ts';

const read = { scope: 'account:read', transport: 'any', rateClass: 'plain' } as const;
const write = { scope: 'account:read_write', transport: 'any', rateClass: 'plain' } as const;

const announcementsDefault = 5;

const renderAnnouncement = (row: Announcement): unknown => ({
  id: row.id,
  title: row.title,
  body: row.body,
  publication_timestamp: row.publishedMs,
  important: row.important,
  confirmation: row.confirmation,
});

const announcementMethods: readonly Method[] = [
  defineMethod({
    name: 'public/get_announcements',
    summary: "Lists the venue's notices, the newest first.",
    scope: null,
    transport: 'any',
    rateClass: 'plain',
    ...announcementsShape,
    handle: (params, call) => {
      const beforeMs = params.start_timestamp ?? call.context.wallNowMs();
      const count = params.count ?? announcementsDefault;
      return call.context.identity.announcements(beforeMs, count).map(renderAnnouncement);
    },
  }),
  defineMethod({
    name: 'private/get_new_announcements',
    summary: 'Lists the notices that the account has not marked as read.',
    ...read,
    ...newAnnouncementsShape,
    handle: (_params, call) =>
      call.context.identity.unreadAnnouncements(accountOf(call)).map(renderAnnouncement),
  }),
  defineMethod({
    name: 'private/set_announcement_as_read',
    summary: 'Marks a notice as read.',
    ...write,
    ...announcementReadShape,
    handle: (params, call) => {
      const accountId = accountOf(call);
      if (!call.context.identity.markAnnouncementRead(accountId, params.announcement_id)) {
        throw new ApiError('not_found', { param: 'announcement_id' });
      }
      return 'ok';
    },
  }),
];

const settingMethods: readonly Method[] = [
  defineMethod({
    name: 'private/get_email_language',
    summary: 'Reads the language of mails.',
    ...read,
    ...emailLanguageShape,
    handle: (_params, call) =>
      call.context.identity.profile(accountOf(call))?.emailLanguage ?? 'en',
  }),
  defineMethod({
    name: 'private/set_email_language',
    summary: 'Sets the language of mails; the venue sends none.',
    ...write,
    ...setEmailLanguageShape,
    handle: (params, call) => {
      const changes = { emailLanguage: params.language };
      if (call.context.identity.changeProfile(accountOf(call), changes) === null) {
        throw new ApiError('not_found', { reason: 'the account has no profile' });
      }
      return 'ok';
    },
  }),
  defineMethod({
    name: 'private/get_affiliate_program_info',
    summary: 'Tells of the affiliate program; there is none.',
    ...read,
    ...affiliateProgramInfoShape,
    handle: () => ({ is_enabled: false, number_of_affiliates: 0, link: '', received: {} }),
  }),
  defineMethod({
    name: 'private/list_custody_accounts',
    summary: 'Lists custody accounts; there are none.',
    ...read,
    scope: 'authenticated',
    ...custodyAccountsShape,
    handle: () => [],
  }),
  defineMethod({
    name: 'private/enable_affiliate_program',
    summary: 'There is no affiliate program: refused.',
    ...write,
    ...okShape,
    handle: () => {
      throw notImplemented('an affiliate program');
    },
  }),
  defineMethod({
    name: 'private/set_disabled_trading_products',
    summary: 'Switches nothing off; an empty list is accepted, others are refused.',
    ...write,
    mainAccountOnly: true,
    ...disabledProductsShape,
    handle: (params) => {
      if (params.trading_products.length > 0) {
        throw notImplemented('switching trading products off');
      }
      return 'ok';
    },
  }),
];

/** Methods over notices and settings. */
export const noticeMethods: readonly Method[] = [...announcementMethods, ...settingMethods];
