import { useEffect, useRef, useState } from 'react';

/** Takes files that are dropped or pasted anywhere on the page. Returns whether files hover over it now. */
export function useFileDrop(take: (files: File[]) => void): boolean {
  const [over, setOver] = useState(false);
  const latest = useRef(take);
  latest.current = take;

  useEffect(() => {
    let depth = 0; // every element on the way has its own enter and leave
    const end = () => {
      depth = 0;
      setOver(false);
    };
    const accept = (data: DataTransfer | null) => {
      const files = [...(data?.files ?? [])];
      if (files.length > 0) latest.current(files);
      return files.length > 0;
    };
    const listeners = {
      dragenter: (event: DragEvent) => {
        if (!hasFiles(event)) return;
        depth++;
        setOver(true);
      },
      dragleave: (event: DragEvent) => {
        if (hasFiles(event) && --depth <= 0) end();
      },
      dragover: (event: DragEvent) => {
        if (hasFiles(event)) event.preventDefault();
      },
      drop: (event: DragEvent) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        end();
        accept(event.dataTransfer);
      },
    };
    const paste = (event: ClipboardEvent) => {
      if (accept(event.clipboardData)) event.preventDefault();
    };
    const events = Object.entries(listeners) as [keyof typeof listeners, (event: DragEvent) => void][];
    for (const [name, listener] of events) window.addEventListener(name, listener);
    window.addEventListener('paste', paste);
    return () => {
      for (const [name, listener] of events) window.removeEventListener(name, listener);
      window.removeEventListener('paste', paste);
    };
  }, []);
  return over;
}

function hasFiles({ dataTransfer }: DragEvent): boolean {
  return dataTransfer?.types.includes('Files') ?? false;
}
