import { openSiteCard } from '@sallyport/bundle-tools/documents/site-card';
import { showFingerprint } from '@sallyport/bundle-tools/fingerprint/shown';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import { Introduction, type IntroductionStep, introductionSteps } from '@sallyport/ui/exchange/introduction.tsx';
import type { Heard, StagedTrust } from '@sallyport/ui/exchange/trust-comparison.tsx';
import type { FieldErrors } from '@sallyport/ui/model';
import { paths } from '@sallyport/ui/paths';
import { type Context, Hono } from 'hono';
import { byWhom } from '../../engine/objects/types.ts';
import { AppError } from '../../platform/errors.ts';
import { goWith } from '../../server/console/cookies.ts';
import { actorFor, signedIn } from '../../server/console/guard.ts';
import { viewContext } from '../../server/console/page.tsx';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import { nextStep } from '../worklist/view.ts';
import { introductionDone, introductionNext, stagedUpload } from './introduction.ts';

/** What the introduction shows of a trust file that waits for its comparison. */
export type ReadStaged = (upload: string) => Promise<StagedTrust & { readonly sha256: string }>;

/** Shows a step of the introduction; the forms of trust answer with it as well. */
export const showIntroduction = async (
  deps: ConsoleDeps,
  readStaged: ReadStaged,
  c: Context<ConsoleEnv>,
  wanted: string | undefined,
  errors?: FieldErrors,
  heard?: Heard,
): Promise<Response> => {
  const { exchange, queries, paths: dataPaths, clock } = deps;
  const upload = stagedUpload(dataPaths.staging, clock());
  const staged = upload === undefined ? undefined : await readStaged(upload);
  const done = introductionDone(deps, staged !== undefined);
  const next = introductionNext(done);
  const step: IntroductionStep = introductionSteps.find((name) => name === wanted) ?? next ?? 'bundle';
  const { trust } = exchange.state();
  const card = queries.card();
  const request = queries.firstRequest();
  return c.html(
    <Introduction
      ctx={viewContext(deps, c)}
      step={step}
      next={next}
      done={done}
      root={trust === null ? undefined : { ...showFingerprint(trust.rootSha256), version: trust.rootVersion }}
      staged={staged}
      card={
        card === undefined
          ? undefined
          : { ...showFingerprint(card.digest), number: openSiteCard(card.envelope).card.number }
      }
      request={request === undefined ? undefined : { number: request.number, at: request.createdAt }}
      {...defined({
        errors,
        heard,
        setup: done.compare === undefined ? undefined : nextStep(deps, signedIn(c).actor, 'trust'),
      })}
    />,
    errors === undefined ? 200 : 422,
  );
};

/** The first exchange of the two sides, step by step. */
export const introductionPages = (deps: ConsoleDeps, readStaged: ReadStaged): Pages => {
  const { events, queries } = deps;

  const compared = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const actor = actorFor(c, 'exchange:write');
    const card = queries.card();
    if (card === undefined) throw new AppError('NOT_READY', 'the site card was not made yet');
    const answer = c.get('form').text('answer');
    if (answer !== 'same') {
      const key = answer === 'differs' ? 'intro.compare.stop' : 'validation.choice';
      return showIntroduction(deps, readStaged, c, 'compare', { answer: { key } });
    }
    events.record('site-card-compared', {
      ...byWhom(actor),
      params: { fingerprint: card.digest },
    });
    return goWith(c, paths.introduction(), { message: { key: 'toast.compared' } });
  };

  return new Hono<ConsoleEnv>()
    .post(paths.introductionCompared.pattern, compared)
    .get(paths.introduction.pattern, (c) => {
      actorFor(c, 'exchange:read');
      return showIntroduction(deps, readStaged, c, c.req.param('step'));
    });
};
