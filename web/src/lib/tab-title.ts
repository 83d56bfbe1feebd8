/** The name of the tab: the page, how far files are on their way, or news that came while nobody looked. */
export class TabTitle {
  #page = 'Matinee';
  #mark = '';
  #news = '';

  /** Names the page; it goes before the name of the server. */
  name(page: string): void {
    this.#page = page ? `${page} · Matinee` : 'Matinee';
    this.#write();
  }

  /** Puts something short before the name of any page: "(58%)"; empty for nothing. */
  mark(text: string): void {
    this.#mark = text;
    this.#write();
  }

  /** Shows news in place of the name until they are taken back with an empty text. */
  tell(news: string): void {
    this.#news = news;
    this.#write();
  }

  #write(): void {
    document.title = this.#news || [this.#mark, this.#page].filter(Boolean).join(' ');
  }
}

export const tabTitle = new TabTitle();
