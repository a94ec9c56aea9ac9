package dev.pbq.workflow.compare;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Quantizes by {@code pbq quantize --recipe} in another process. */
record ProcessQuantizer(ChildProcess process, String model, int threads, List<String> extra)
    implements RowQuantizer {
  ProcessQuantizer {
    extra = List.copyOf(extra);
  }

  @Override
  public Outcome run(Path recipe, Path output, boolean force, Consumer<String> progress) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "quantize",
                model,
                "--recipe",
                recipe.toString(),
                "--eval",
                "none",
                "--out",
                output.toString(),
                "--threads",
                Integer.toString(threads)));
    arguments.addAll(extra);
    arguments.add(force ? "--force" : "--resume");
    return process.run(arguments, progress);
  }
}
