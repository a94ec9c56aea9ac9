package dev.pbq.workflow.quantize;

import dev.pbq.core.Amounts;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.ShardSize;
import java.util.List;
import java.util.Locale;

/**
 * The stored bits that some layers may take together: linears, and tables outside of the blocks
 * that take part.
 *
 * @param bits of these layers
 * @param others bits of everything else in the weight files, where the budget was for all; else 0
 */
record Budget(double bits, double others) {
  /** Names, types and shapes of one layer's parts in the files' headers: at most about so much. */
  private static final long LAYER_HEADER = 560;

  /** The same of a tensor that is left untouched. */
  private static final long TENSOR_HEADER = 120;

  /** What the layers take as they are planned. */
  static Budget asPlanned(List<AllocatedLayer> layers) {
    return new Budget(stored(layers), 0);
  }

  /**
   * What is left for them of a budget for the whole model.
   *
   * @param text bits per parameter, or a size with its unit
   * @param job the plan
   * @param layers those of the plan that the budget is shared among
   * @param outputBytes estimate of the weight files as planned
   * @throws PbqException USAGE if it is neither
   */
  static Budget ofModel(
      String text, QuantizationJob job, List<AllocatedLayer> layers, long outputBytes) {
    double all = bits(text, job.parameters());
    long planned = job.plan().linears().count() + job.plan().tables().size();
    long headers = LAYER_HEADER * planned + TENSOR_HEADER * Math.max(0, job.tensors() - planned);
    double others = 8.0 * (outputBytes + headers) - stored(layers);
    return new Budget(all - others, others);
  }

  private static double bits(String text, long parameters) {
    if (text.strip().matches("\\d+(\\.\\d+)?")) {
      return Double.parseDouble(text.strip()) * parameters;
    }
    try {
      return 8.0 * ShardSize.parse(text);
    } catch (PbqException e) {
      throw PbqException.setting(
          "{budget} '%s' is neither bits per parameter, such as 3.2, nor a size such as 50MB",
          text);
    }
  }

  /**
   * Refuses a budget that the layers cannot meet.
   *
   * @param least bits that they take at least
   * @param weights that they have
   */
  void require(double least, double weights) {
    if (bits >= least) {
      return;
    }
    if (others == 0) {
      throw PbqException.setting(
          "{allocate}: %s bits per weight are below the least that the layers can take, %s",
          number(bits / weights), number(least / weights));
    }
    throw PbqException.setting(
        "{budget}: %s are below the least that the whole model can take, %s, of which %s take no"
            + " part in it",
        Amounts.bytes(Math.round((bits + others) / 8)),
        Amounts.bytes((long) Math.ceil((least + others) / 8)),
        Amounts.bytes(Math.round(others / 8)));
  }

  private static String number(double bits) {
    return String.format(Locale.ROOT, "%.3f", bits);
  }

  private static double stored(List<AllocatedLayer> layers) {
    return layers.stream().mapToDouble(AllocatedLayer::plannedBits).sum();
  }
}
