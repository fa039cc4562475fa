import { catalogBuild } from './catalog-build.ts';
import { catalogSign } from './catalog-sign.ts';
import type { Command } from './command.ts';
import { custodyAdd } from './custody-add.ts';
import { custodyKeyAdd, custodyKeyCreate } from './custody-key.ts';
import { custodyVerify } from './custody-verify.ts';
import { evidenceVerify } from './evidence-verify.ts';
import { fulfil } from './fulfil.ts';
import { inspect } from './inspect.ts';
import { rebuild } from './rebuild.ts';
import { receiptTake, receiptVerify } from './receipt.ts';
import { scanConfigure } from './scan-configure.ts';
import { siteAdd } from './site-add.ts';
import { siteList } from './site-list.ts';
import { siteShow } from './site-show.ts';
import { sourceAdd } from './source-add.ts';
import { sourceList } from './source-list.ts';
import { sourceRemove } from './source-remove.ts';
import { sourceSync } from './source-sync.ts';
import { split } from './split.ts';
import { trustDiscard } from './trust-discard.ts';
import { trustExport } from './trust-export.ts';
import { trustInit } from './trust-init.ts';
import { trustKeyCreate } from './trust-key-create.ts';
import { trustPublish } from './trust-publish.ts';
import { trustRevoke } from './trust-revoke.ts';
import { trustRotate } from './trust-rotate.ts';
import { trustShow } from './trust-show.ts';
import { trustSign } from './trust-sign.ts';
import { unpack } from './unpack.ts';
import { verify } from './verify.ts';

/** Every command of `sallyport-bundle`; a command is found by its words. */
export const commands: ReadonlyArray<Command> = [
  trustKeyCreate,
  trustInit,
  trustSign,
  trustPublish,
  trustDiscard,
  trustShow,
  trustRotate,
  trustRevoke,
  trustExport,
  siteAdd,
  siteList,
  siteShow,
  sourceAdd,
  sourceList,
  sourceRemove,
  sourceSync,
  scanConfigure,
  catalogBuild,
  catalogSign,
  fulfil,
  inspect,
  verify,
  unpack,
  receiptTake,
  receiptVerify,
  evidenceVerify,
  custodyKeyCreate,
  custodyKeyAdd,
  custodyAdd,
  split,
  rebuild,
  custodyVerify,
];
