import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { ApiError } from '@/api/api-error';
import { categoriesQuery } from '@/api/queries';
import { SelectField, TextArea, TextField } from '@/ui/field';
import classes from './manage-page.module.css';
import type { Draft } from './use-draft';

const MAX_TITLE = 200;

/** What is said about a video. */
export function DetailsTab({ draft }: { draft: Draft }) {
  const { t } = useLingui();
  const { fields, set, error } = draft;
  const wrong = error instanceof ApiError ? error.fields : new Map<string, string>();
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (draft.changed) draft.save();
      }}
    >
      <TextField
        label={t`Title`}
        maxLength={MAX_TITLE}
        value={fields.title}
        error={wrong.get('title')}
        onChange={({ currentTarget }) => set({ title: currentTarget.value })}
      />
      <TextArea
        label={t`Description`}
        hint={t`Web addresses become links. Lines like “1:30 The chase” help people find a place.`}
        value={fields.description}
        error={wrong.get('description')}
        onChange={({ currentTarget }) => set({ description: currentTarget.value })}
      />
      <TextField
        label={t`Tags`}
        hint={t`Separate them with commas.`}
        value={fields.tags}
        error={wrong.get('tags')}
        onChange={({ currentTarget }) => set({ tags: currentTarget.value })}
      />
      <Category draft={draft} />
      <TextField
        label={t`External id`}
        hint={t`What another system of yours calls this video. Viewers do not see it.`}
        value={fields.externalId}
        error={wrong.get('external_id')}
        onChange={({ currentTarget }) => set({ externalId: currentTarget.value })}
      />
      {/* Enter in a field saves; the visible button is in the bar below. */}
      <input type="submit" hidden />
    </form>
  );
}

function Category({ draft: { fields, set } }: { draft: Draft }) {
  const { t } = useLingui();
  const categories = useQuery(categoriesQuery);
  const items = categories.data?.items ?? [];
  const known = items.some(({ slug }) => slug === fields.category);
  return (
    <SelectField
      label={t`Category`}
      hint={categories.data && items.length === 0 ? t`This server has no categories yet.` : undefined}
      value={fields.category}
      disabled={items.length === 0 && !fields.category}
      onChange={({ currentTarget }) => set({ category: currentTarget.value })}
    >
      <option value="">
        <Trans>None</Trans>
      </option>
      {fields.category && !known && <option value={fields.category}>{fields.category}</option>}
      {items.map(({ slug, name }) => (
        <option key={slug} value={slug}>
          {name}
        </option>
      ))}
    </SelectField>
  );
}
