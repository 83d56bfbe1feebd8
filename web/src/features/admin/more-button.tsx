import { Trans } from '@lingui/react/macro';
import { Button } from '@/ui/button';

type Paged = { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => Promise<unknown> };

/** The way to more rows of a table. */
export function MoreButton({ list }: { list: Paged }) {
  if (!list.hasNextPage) return null;
  return (
    <Button disabled={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
      <Trans>Show more</Trans>
    </Button>
  );
}
