import captions from './captions.css?inline';
import help from './help.css?inline';
import menus from './menus.css?inline';
import messages from './messages.css?inline';
import narrow from './narrow.css?inline';
import player from './player.css?inline';

/** The style sheets of the player; what depends on room and fingers comes last. */
export function sheets(): CSSStyleSheet[] {
  return [player, captions, messages, menus, help, narrow].map((text) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    return sheet;
  });
}
