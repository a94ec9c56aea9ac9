package dev.pbq.export.compressed;

import dev.pbq.core.PbqException;
import dev.pbq.core.tensor.DType;
import dev.pbq.export.AffineExport;
import dev.pbq.export.ExportProgress;
import dev.pbq.export.ExportReport;
import dev.pbq.export.ExportRequest;
import dev.pbq.export.Exporter;
import java.util.Set;

/** The layouts of compressed-tensors for integers, which vLLM and transformers load. */
public final class CompressedTensorsExporter implements Exporter {
  private static final String CHECKPOINT_FORMAT = "checkpoint-format";

  @Override
  public String name() {
    return CompressedTensorsLayout.NAME;
  }

  @Override
  public String summary() {
    return "compressed-tensors, for uniform grids of 4 or 8 bits";
  }

  @Override
  public Set<String> options() {
    return Set.of(ExportRequest.DTYPE, ExportRequest.SHARD_SIZE, CHECKPOINT_FORMAT);
  }

  @Override
  public ExportReport export(ExportRequest request, ExportProgress progress) {
    request.requireOptionsOf(this);
    long shardBytes = request.shardBytes();
    DType dense = request.dtype().orElse(DType.F16);
    boolean naive =
        switch (request.option(CHECKPOINT_FORMAT).orElse(CompressedTensorsLayout.PACKED)) {
          case CompressedTensorsLayout.PACKED -> false;
          case CompressedTensorsLayout.NAIVE -> true;
          default ->
              throw PbqException.setting(
                  "{checkpointFormat} %s is not one of %s, %s",
                  request.options().get(CHECKPOINT_FORMAT),
                  CompressedTensorsLayout.PACKED,
                  CompressedTensorsLayout.NAIVE);
        };
    return new AffineExport(name(), dense, shardBytes)
        .export(request, new CompressedFormat(naive, dense), progress);
  }
}
