package dev.pbq.core;

/**
 * A failure that the user can understand: its message is one line that names the file, tensor,
 * layer or setting concerned. The command line prints the message and exits with the code of its
 * {@link Kind}; everything that is not a {@code PbqException} is a defect of the program.
 *
 * <p>Settings are named in camel case, as a Java program knows them: {@code groupsize 7 is ...}; a
 * front end that spells them otherwise takes the {@link #wording}.
 */
public final class PbqException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** The kinds of failures, each with its exit code of the process. */
  public enum Kind {
    /** Options or settings that make no sense, alone or together. */
    USAGE(2),
    /** A model, file, tensor or data set that is not there. */
    NOT_FOUND(3),
    /** A model or data file that exists but is unreadable, corrupt or of an unsupported kind. */
    BAD_DATA(4),
    /** NaN, infinity or a factorisation that fails for every damping tried. */
    NUMERICAL(5),
    /** Out of memory or disk. */
    RESOURCES(6),
    /** Ended by the program or person that started it. */
    CANCELLED(130);

    private final int exitCode;

    Kind(int exitCode) {
      this.exitCode = exitCode;
    }

    /** The exit code of the process, as documented in {@code pbq --help}. */
    public int exitCode() {
      return exitCode;
    }
  }

  private final Kind kind;

  /** Not kept by serialization, which keeps the message. */
  private final transient Wording wording;

  public PbqException(Kind kind, String message) {
    this(kind, Wording.text(message));
  }

  public PbqException(Kind kind, String message, Throwable cause) {
    this(kind, Wording.text(message), cause);
  }

  public PbqException(Kind kind, Wording message) {
    super(message.toString());
    this.kind = kind;
    this.wording = message;
  }

  public PbqException(Kind kind, Wording message, Throwable cause) {
    super(message.toString(), cause);
    this.kind = kind;
    this.wording = message;
  }

  public Kind kind() {
    return kind;
  }

  /**
   * A message as one {@linkplain Printable printable} line: those of libraries may hold line
   * breaks.
   *
   * @param message may be null
   */
  public static String oneLine(String message) {
    return Printable.of(String.valueOf(message).strip().replaceAll("\\s*\\R\\s*", " | "));
  }

  /** The message with the settings that it names, for front ends that spell names otherwise. */
  public Wording wording() {
    return wording == null ? Wording.text(getMessage()) : wording;
  }

  /** The same failure with the place where it happened before the message: {@code where: ...}. */
  public PbqException at(String where) {
    return new PbqException(kind, Wording.of("%s: %s", where, wording()), this);
  }

  /**
   * A USAGE failure that names settings.
   *
   * @param template as {@link Wording#of} takes it: {@code "{groupsize} %s is not at least 1"}
   */
  public static PbqException setting(String template, Object... values) {
    return usage(Wording.of(template, values));
  }

  public static PbqException usage(Wording message) {
    return new PbqException(Kind.USAGE, message);
  }

  public static PbqException notFound(Wording message) {
    return new PbqException(Kind.NOT_FOUND, message);
  }

  public static PbqException badData(Wording message) {
    return new PbqException(Kind.BAD_DATA, message);
  }

  public static PbqException numerical(Wording message) {
    return new PbqException(Kind.NUMERICAL, message);
  }

  public static PbqException usage(String message) {
    return new PbqException(Kind.USAGE, message);
  }

  public static PbqException notFound(String message) {
    return new PbqException(Kind.NOT_FOUND, message);
  }

  public static PbqException badData(String message) {
    return new PbqException(Kind.BAD_DATA, message);
  }

  public static PbqException badData(String message, Throwable cause) {
    return new PbqException(Kind.BAD_DATA, message, cause);
  }

  public static PbqException numerical(String message) {
    return new PbqException(Kind.NUMERICAL, message);
  }

  public static PbqException resources(String message, Throwable cause) {
    return new PbqException(Kind.RESOURCES, message, cause);
  }
}
