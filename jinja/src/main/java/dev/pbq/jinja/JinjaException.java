package dev.pbq.jinja;

/** A template that cannot be read or rendered; the message names what and the line. */
public final class JinjaException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Whose doing it is. */
  public enum Kind {
    /** The template breaks Jinja's rules, or fails at what it computes. */
    BROKEN,
    /** Jinja has it, this interpreter does not. */
    UNSUPPORTED,
    /** The template itself called {@code raise_exception}. */
    RAISED,
    /** It takes more steps, output or memory than a chat needs. */
    LIMIT
  }

  private final Kind kind;
  private final int line;

  private JinjaException(Kind kind, int line, String message) {
    super(message);
    this.kind = kind;
    this.line = line;
  }

  static JinjaException broken(String message) {
    return new JinjaException(Kind.BROKEN, 0, message);
  }

  static JinjaException unsupported(String what) {
    return new JinjaException(Kind.UNSUPPORTED, 0, what + " is not supported");
  }

  static JinjaException raised(String message) {
    return new JinjaException(Kind.RAISED, 0, message);
  }

  static JinjaException limit(String message) {
    return new JinjaException(Kind.LIMIT, 0, message);
  }

  /** The same with the line where it happened, unless it has one. */
  JinjaException at(int where) {
    if (line > 0) {
      return this;
    }
    JinjaException placed = new JinjaException(kind, where, getMessage());
    placed.setStackTrace(getStackTrace());
    return placed;
  }

  public Kind kind() {
    return kind;
  }

  /** The template's line, from 1; 0 if it is not known. */
  public int line() {
    return line;
  }
}
