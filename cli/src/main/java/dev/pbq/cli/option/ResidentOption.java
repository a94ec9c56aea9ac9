package dev.pbq.cli.option;

import dev.pbq.core.checkpoint.ShardSize;
import dev.pbq.eval.run.Running;
import picocli.CommandLine.Option;

/** Which models are evaluated in memory whole. */
public final class ResidentOption {
  @Option(
      names = "--resident",
      paramLabel = "SIZE",
      description =
          "Models up to this size (in float32, with --packed as stored) are held in memory whole,"
              + " larger ones one block at a time (default: ${DEFAULT-VALUE}).")
  private String resident = "4GB";

  @Option(
      names = "--packed",
      description =
          "Compute linears from the weights as stored, without float32 copies: less memory.")
  private boolean packed;

  /**
   * The largest size, in bytes.
   *
   * @throws dev.pbq.core.PbqException USAGE if it is not a size
   */
  public long largest() {
    return ShardSize.parse(resident);
  }

  /**
   * What a model that is run may use.
   *
   * @throws dev.pbq.core.PbqException USAGE if it is not a size, or the threads are none
   */
  public Running running(CommonOptions common) {
    return Running.of(common.threads(), largest()).withPacked(packed);
  }
}
