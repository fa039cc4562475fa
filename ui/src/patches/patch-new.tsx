import { AreaField, Button, Cancel, ErrorSummary, PostForm, TextField } from '../components/form.tsx';
import { Panel } from '../components/panel.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { FieldErrors } from '../model.ts';
import { paths } from '../paths.ts';

export const patchFields = [
  'patchId',
  'vendor',
  'product',
  'productVersion',
  'targetVersion',
  'sha256',
  'supersedes',
  'publishedAt',
] as const;
export type PatchField = (typeof patchFields)[number] | 'vulnerabilities' | 'remarks';

const labelKeys = {
  patchId: 'patches.patch',
  vendor: 'field.vendor',
  product: 'patches.product',
  productVersion: 'patches.productVersion',
  targetVersion: 'patches.targetVersion',
  sha256: 'patches.sha256',
  supersedes: 'patches.supersedes',
  publishedAt: 'patches.publishedAt',
} as const;
const needed: ReadonlySet<string> = new Set(['patchId', 'vendor', 'product']);

/** A patch entered by hand. POST fields are the names of the form. */
export const PatchNew = ({
  ctx,
  values,
  errors,
}: {
  ctx: Ctx;
  values: Readonly<Record<PatchField, string>>;
  errors?: FieldErrors | undefined;
}) => (
  <Page ctx={ctx} title={ctx.t('patches.new')} crumbs={[{ label: ctx.t('patches.title'), href: paths.patches() }]}>
    <ErrorSummary
      errors={errors}
      labels={Object.fromEntries(patchFields.map((name) => [name, ctx.t(labelKeys[name])]))}
    />
    <Panel body>
      <PostForm action={paths.patchNew()} class="form" errors={errors}>
        {patchFields.map((name) => (
          <TextField
            name={name}
            label={ctx.t(labelKeys[name])}
            value={values[name]}
            hint={name === 'publishedAt' ? ctx.t('patches.dayHint') : undefined}
            required={needed.has(name)}
            maxLength={256}
            spellcheck={false}
          />
        ))}
        <AreaField
          name="vulnerabilities"
          label={ctx.t('common.vulnerabilities')}
          hint={ctx.t('patches.vulnerabilitiesHint')}
          value={values.vulnerabilities}
        />
        <AreaField name="remarks" label={ctx.t('patches.remarks')} value={values.remarks} />
        <div class="row">
          <Button kind="primary">{ctx.t('patches.save')}</Button>
          <Cancel href={paths.patches()} />
        </div>
      </PostForm>
    </Panel>
  </Page>
);
