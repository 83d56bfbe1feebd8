import { Trans } from '@lingui/react/macro';
import { IconCheck, IconLink } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
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

/** Copies text also where the page is not served over TLS and has no clipboard access. */
async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = Object.assign(document.createElement('textarea'), { value: text });
  document.body.append(field);
  field.select();
  document.execCommand('copy');
  field.remove();
}
