import {
  ControllerQuestion,
  ControllerReview,
  type QuestionDocument,
} from '@sallyport/ui/controller-findings/controller-review.tsx';
import { currentCursor } from '@sallyport/ui/list';
import type { FieldErrors } from '@sallyport/ui/model';
import { paths } from '@sallyport/ui/paths';
import { type Context, Hono } from 'hono';
import { goWith } from '../../server/console/cookies.ts';
import { actorFor } from '../../server/console/guard.ts';
import { listState, param, slicePage } from '../../server/console/lists.ts';
import { viewContext } from '../../server/console/page.tsx';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import type { ReviewItem } from './types.ts';

const shownTexts = 5;

/** What is asked about, one row for each advisory. */
const documentsOf = (items: readonly ReviewItem[]): QuestionDocument[] =>
  Array.from(
    Map.groupBy(items, ({ document }) => document),
    ([key, own]) => ({
      key,
      title: own[0]?.title ?? '',
      revision: own[0]?.revision ?? '',
      paths: [...new Set(own.map(({ path }) => path.join(' / ')))].slice(0, shownTexts),
      texts: [...new Set(own.map(({ versionText }) => versionText).filter((text) => text !== ''))].slice(0, shownTexts),
      vulnerabilities: [...new Set(own.map(({ vulnerability }) => vulnerability))],
    }),
  );

/** Uncertain matches as questions, and their answers. */
export const controllerReviewPages = (deps: ConsoleDeps): Pages => {
  const { review } = deps.controllerFindings;

  const showList = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    actorFor(c, 'vulnerabilities:read');
    const list = listState(c, []);
    const page = slicePage(review.groups(), currentCursor(list), ({ id }) => id);
    return c.html(<ControllerReview ctx={viewContext(deps, c)} list={list} page={page} findings={review.open()} />);
  };

  const showOne = (
    c: Context<ConsoleEnv>,
    given: { reason: string; chosen?: readonly string[]; errors?: FieldErrors } = { reason: '' },
  ): Response | Promise<Response> => {
    const { group, items } = review.group(param(c, 'id'));
    return c.html(
      <ControllerQuestion
        ctx={viewContext(deps, c)}
        row={group}
        documents={documentsOf(items)}
        chosen={given.chosen}
        reason={given.reason}
        errors={given.errors}
      />,
      given.errors === undefined ? 200 : 422,
    );
  };

  const answer = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const actor = actorFor(c, 'vulnerabilities:write');
    const form = c.get('form');
    const id = param(c, 'id');
    const given = form.text('answer');
    const reason = form.text('reason').trim();
    const { group } = review.group(id);
    if (group.question === 'names' && (given === 'same' || given === 'other')) {
      review.decide(actor, id, { same: given === 'same', ...(reason === '' ? {} : { reason }) });
    } else {
      const documents = form.texts('about');
      const isAnswer = given === 'affected' || given === 'not-affected';
      if (!isAnswer || reason === '' || documents.length === 0)
        return showOne(c, { reason, chosen: documents, errors: { reason: { key: 'cfind.answerMissing' } } });
      review.decide(actor, id, { verdict: given, reason, documents });
    }
    return goWith(c, paths.controllerReview(), { message: { key: 'cfind.toast' } });
  };

  return new Hono<ConsoleEnv>()
    .get(paths.controllerReview.pattern, showList)
    .get(paths.controllerQuestion.pattern, (c) => {
      actorFor(c, 'vulnerabilities:read');
      return showOne(c);
    })
    .post(paths.controllerQuestion.pattern, answer);
};
