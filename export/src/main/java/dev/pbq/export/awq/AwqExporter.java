package dev.pbq.export.awq;

import dev.pbq.core.tensor.DType;
import dev.pbq.export.AffineExport;
import dev.pbq.export.ExportProgress;
import dev.pbq.export.ExportReport;
import dev.pbq.export.ExportRequest;
import dev.pbq.export.Exporter;
import java.util.Set;

/** AutoAWQ's layout, version {@code gemm}: uniform grids of 4 bits in groups of one size. */
public final class AwqExporter implements Exporter {
  @Override
  public String name() {
    return AwqLayout.NAME;
  }

  @Override
  public String summary() {
    return "AutoAWQ's packed layout (gemm), for uniform grids of 4 bits";
  }

  @Override
  public Set<String> options() {
    return Set.of(ExportRequest.DTYPE, ExportRequest.SHARD_SIZE);
  }

  @Override
  public ExportReport export(ExportRequest request, ExportProgress progress) {
    request.requireOptionsOf(this);
    long shardBytes = request.shardBytes();
    DType dense = request.dtype().orElse(DType.F16);
    return new AffineExport(name(), dense, shardBytes).export(request, new AwqFormat(), progress);
  }
}
