import { useCtx } from '../context.ts';
import { paths } from '../paths.ts';

// Kinds of objects that have no tab of their own stand on the page whose work they decide about.

const kindsOfPage = {
  discovery: ['agent-scan', 'neighbour-collection'],
  software: ['executable-collection', 'file-search'],
  deployments: ['ring-plan', 'redundancy-group', 'redundancy-excuse', 'package-exclusion', 'deploy-consent'],
  controllers: ['controller-field'],
  identification: ['controller-credential'],
} as const;

/** Links to the lists of the kinds that belong to a page. */
export const KindLinks = ({ page }: { page: keyof typeof kindsOfPage }) => {
  const ctx = useCtx();
  return (
    <nav class="filters" aria-label={ctx.t('objects.ofPage')}>
      {kindsOfPage[page]
        .filter((kind) => ctx.opens(paths.objects(kind)))
        .map((kind) => (
          <a class="chip" href={paths.objects(kind)}>
            {ctx.tDynamic(`kind.${kind}.title`)}
          </a>
        ))}
    </nav>
  );
};
