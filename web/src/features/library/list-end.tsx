import { Trans } from '@lingui/react/macro';
import { Button } from '@/ui/button';
import classes from './home-page.module.css';

type Paged = {
  data: { pages: readonly unknown[] } | undefined;
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  isFetchNextPageError: boolean;
  fetchNextPage: () => Promise<unknown>;
};

/** The way to more of a list, or the word that there is no more. */
export function ListEnd({ list }: { list: Paged }) {
  return (
    <div className={classes.more}>
      {list.hasNextPage && (
        <Button disabled={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {list.isFetchNextPageError ? <Trans>Try again</Trans> : <Trans>Show more</Trans>}
        </Button>
      )}
      {!list.hasNextPage && (list.data?.pages.length ?? 0) > 1 && (
        <p>
          <Trans>That is everything.</Trans>
        </p>
      )}
    </div>
  );
}
