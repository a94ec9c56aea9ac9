package dev.pbq.cli.console;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.ResolvedModel;
import java.nio.file.Path;

/** The output path of a command when none is given. */
public final class DefaultOutput {
  private DefaultOutput() {}

  /**
   * {@code out/<model>-<suffix>}.
   *
   * @throws PbqException USAGE if the model's name makes no directory name
   */
  public static Path of(ResolvedModel resolved, String suffix) {
    String name = resolved.displayName().replaceAll("/+$", "");
    name = name.substring(name.lastIndexOf('/') + 1).replaceAll("@.*", "");
    if (name.isEmpty() || name.equals(".") || name.equals("..")) {
      throw PbqException.usage("--out is needed: the model's name makes no directory name");
    }
    return Path.of("out", name + "-" + suffix);
  }
}
