/** Templates have names to fill in and no logic; what is filled in is escaped and can add no header. */

export interface Template {
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

/** `ConfirmationURL`, `Token`, `TokenHash`, `SiteURL`, `RedirectTo`, `Email`, `NewEmail`, `Data.<key>` */
export type Variables = Readonly<Record<string, string>>;

export function fill(template: Template, variables: Variables): Template {
  return {
    subject: put(template.subject, variables, (it) => it)
      .replace(/[\r\n\u2028\u2029]+/g, ' ')
      .trim(),
    html: put(template.html, variables, escapeHtml),
    text: put(template.text, variables, (it) => it),
  };
}

/** A name that is not known leaves nothing behind. Values are put in once, so one that looks like a name stays text. */
function put(text: string, variables: Variables, guard: (it: string) => string): string {
  return text.replace(/\{\{\s*\.?([A-Za-z_][\w.-]*)\s*\}\}/g, (_all, name: string) =>
    Object.hasOwn(variables, name) ? guard(variables[name] ?? '') : '',
  );
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);
}
