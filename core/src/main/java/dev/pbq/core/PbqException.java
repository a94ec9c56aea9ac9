package dev.pbq.core;

/**
 * A failure that the user can understand: its message is one line that names the file, tensor,
 * layer or option concerned. The command line prints the message and exits with the code of its
 * {@link Kind}; everything that is not a {@code PbqException} is a defect of the program.
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

  public PbqException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  public PbqException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }

  /**
   * A message as one line: those of libraries may hold line breaks.
   *
   * @param message may be null
   */
  public static String oneLine(String message) {
    return String.valueOf(message).strip().replaceAll("\\s*\\R\\s*", " | ");
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
