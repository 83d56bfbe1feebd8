import type { VideoPatch } from '@/api/actions';
import type { Video, Visibility } from '@/api/types';

/** What the form holds, as text that can be typed. */
export type Fields = {
  title: string;
  description: string;
  tags: string;
  category: string;
  externalId: string;
  visibility: Visibility;
};

/** The form as a video fills it. */
export function fieldsOf({ title, description, tags, category, external_id, visibility }: Video): Fields {
  return {
    title,
    description,
    tags: tags.join(', '),
    category: category ?? '',
    externalId: external_id ?? '',
    visibility,
  };
}

/** The tags in a line of text: parted by commas, without repeats. */
export function tagsOf(text: string): string[] {
  const tags = text.split(',').map((tag) => tag.trim().replace(/\s+/g, ' '));
  return [...new Set(tags.filter(Boolean))];
}

/** The merge patch that leads from one state of the form to another; empty when nothing changed. */
export function patchBetween(before: Fields, after: Fields): VideoPatch {
  const patch: VideoPatch = {};
  if (after.title.trim() !== before.title) patch.title = after.title.trim();
  if (after.description !== before.description) patch.description = after.description;
  if (after.visibility !== before.visibility) patch.visibility = after.visibility;
  if (after.category !== before.category) patch.category = after.category || null;
  if (after.externalId.trim() !== before.externalId) patch.external_id = after.externalId.trim() || null;
  if (tagsOf(after.tags).join(',') !== tagsOf(before.tags).join(',')) patch.tags = tagsOf(after.tags);
  return patch;
}

/** True when there is something to save. */
export function isChanged(before: Fields, after: Fields): boolean {
  return Object.keys(patchBetween(before, after)).length > 0;
}

/** What was typed, put upon a text that is newer than the one it was typed upon: fields left alone take the newer words. */
export function rebase(base: Fields, typed: Fields, newer: Fields): Fields {
  const names = Object.keys(base) as (keyof Fields)[];
  const touched = names.filter((name) => typed[name] !== base[name]);
  return { ...newer, ...Object.fromEntries(touched.map((name) => [name, typed[name]])) };
}
