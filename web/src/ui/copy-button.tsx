import { Trans } from '@lingui/react/macro';
import { IconCheck, IconLink } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { copyText } from '@/lib/copy-text';
import { Button } from './button';

const SHOWN_FOR_MS = 2000;

/** Copies a link and says so for a moment. */
export function CopyLinkButton({ url }: { url: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), SHOWN_FOR_MS);
    return () => clearTimeout(timer);
  }, [copied]);

  const copy = async () => {
    await copyText(url);
    setCopied(true);
  };
  return (
    <Button onClick={copy}>
      {copied ? <IconCheck size={18} aria-hidden /> : <IconLink size={18} aria-hidden />}
      <span aria-live="polite">{copied ? <Trans>Copied</Trans> : <Trans>Copy link</Trans>}</span>
    </Button>
  );
}
