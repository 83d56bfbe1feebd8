import { useEffect } from 'react';
import { tabTitle } from './tab-title';

/** Names the page in the browser's tab and history. */
export function usePageTitle(title: string): void {
  useEffect(() => tabTitle.name(title), [title]);
}
