import { LinkButton } from '../components/form.tsx';
import { Panel } from '../components/panel.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import { paths } from '../paths.ts';
import type { ChapterName } from './chapters.ts';
import { type Block, type Inline, plainText } from './markdown.ts';

/** A chapter as it was read: its title, its parts, its text. */
export type Chapter = {
  readonly name: ChapterName;
  readonly title: string;
  /** What follows a heading of the second level, with the id of that heading; before the first heading it has none. */
  readonly parts: ReadonlyArray<{ readonly id: string; readonly title: string; readonly blocks: readonly Block[] }>;
};

const Word = ({ word }: { word: Inline }) => {
  switch (word.kind) {
    case 'text':
      return <>{word.text}</>;
    case 'code':
      return <code translate="no">{word.text}</code>;
    case 'strong':
      return <strong>{word.text}</strong>;
    case 'emphasis':
      return <em>{word.text}</em>;
    case 'link':
      return <a href={paths.help(word.chapter)}>{word.text}</a>;
  }
};

const Words = ({ content }: { content: readonly Inline[] }) => (
  <>
    {content.map((word) => (
      <Word word={word} />
    ))}
  </>
);

const Piece = ({ block }: { block: Block }) => {
  switch (block.kind) {
    case 'title':
    case 'part':
      return null;
    case 'paragraph':
      return (
        <p>
          <Words content={block.content} />
        </p>
      );
    case 'list': {
      const items = block.items.map((content) => (
        <li>
          <Words content={content} />
        </li>
      ));
      return block.isNumbered ? <ol>{items}</ol> : <ul>{items}</ul>;
    }
    case 'code':
      return (
        <pre class="sunk" translate="no" lang="en">
          {block.text}
        </pre>
      );
    case 'table':
      return (
        <section class="scroll" tabindex={0} aria-label={block.head.map(plainText).join(', ')}>
          <table>
            <thead>
              <tr>
                {block.head.map((content) => (
                  <th scope="col">
                    <Words content={content} />
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {block.rows.map((row) => (
                <tr>
                  {row.map((content) => (
                    <td>
                      <Words content={content} />
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      );
  }
};

/** The contents: each chapter with its parts. */
export const HelpContents = ({ ctx, chapters }: { ctx: Ctx; chapters: readonly Chapter[] }) => (
  <Page
    ctx={ctx}
    title={ctx.t('help.link')}
    sub={ctx.t('help.sub')}
    actions={<LinkButton href={paths.helpPages()}>{ctx.t('help.pages')}</LinkButton>}
  >
    <Panel title={ctx.t('help.chapters')}>
      <div class="op">
        <ol>
          {chapters.map(({ name, title, parts }) => (
            <li>
              <a href={paths.help(name)}>
                <strong>{title}</strong>
              </a>{' '}
              <span class="second">{parts.flatMap((part) => (part.title === '' ? [] : [part.title])).join(', ')}</span>
            </li>
          ))}
        </ol>
      </div>
    </Panel>
  </Page>
);

/** One chapter, to read and to print. */
export const HelpChapter = ({
  ctx,
  chapter,
  before,
  after,
}: {
  ctx: Ctx;
  chapter: Chapter;
  before: Chapter | undefined;
  after: Chapter | undefined;
}) => (
  <Page
    ctx={ctx}
    title={chapter.title}
    crumbs={[{ label: ctx.t('help.link'), href: paths.help() }]}
    actions={
      <>
        {before === undefined ? null : <LinkButton href={paths.help(before.name)}>‹ {before.title}</LinkButton>}
        {after === undefined ? null : <LinkButton href={paths.help(after.name)}>{after.title} ›</LinkButton>}
      </>
    }
  >
    {chapter.parts.map(({ id, title, blocks }) => (
      <Panel id={id} title={title === '' ? undefined : title}>
        <div class="op">
          {blocks.map((block) => (
            <Piece block={block} />
          ))}
        </div>
      </Panel>
    ))}
  </Page>
);
