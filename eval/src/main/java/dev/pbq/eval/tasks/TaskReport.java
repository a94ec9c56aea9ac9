package dev.pbq.eval.tasks;

import dev.pbq.eval.MeanAndError;
import dev.pbq.eval.scoring.MeasuredModel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Results in the shape of lm-evaluation-harness' result files ({@code lm_eval/result_schema.py}),
 * with one more key, {@code pbq}, for what it takes to repeat them.
 */
public final class TaskReport {
  private static final String FILTER = ",none";

  private TaskReport() {}

  /**
   * The report as maps, lists and plain values.
   *
   * @param actFormat the number formats that products were computed in; empty for float32
   */
  public static Map<String, Object> of(
      MeasuredModel model,
      TaskSettings settings,
      List<TaskResult> results,
      Optional<TaskPreset> preset,
      Optional<String> actFormat) {
    Map<String, Object> metrics = new LinkedHashMap<>();
    Map<String, Object> configs = new LinkedHashMap<>();
    Map<String, Object> versions = new LinkedHashMap<>();
    Map<String, Object> shots = new LinkedHashMap<>();
    Map<String, Object> better = new LinkedHashMap<>();
    Map<String, Object> samples = new LinkedHashMap<>();
    List<Object> protocol = new ArrayList<>();
    double seconds = 0;
    for (TaskResult result : results) {
      String name = result.task().label();
      metrics.put(name, metrics(result));
      configs.put(name, config(result, settings));
      versions.put(name, result.task().version());
      shots.put(name, settings.shots());
      better.put(name, higherIsBetter(result));
      samples.put(
          name,
          Map.of("original", result.rows().original(), "effective", result.rows().effective()));
      protocol.add(protocol(result));
      seconds += result.cost().seconds();
    }
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("results", metrics);
    preset.ifPresent(p -> report.put("groups", Map.of(p.label(), p.summary(results))));
    report.put("configs", configs);
    report.put("versions", versions);
    report.put("n-shot", shots);
    report.put("higher_is_better", better);
    report.put("n-samples", samples);
    report.put("config", Map.of("model", "pbq", "model_args", model.name()));
    report.put("max_length", model.model().maxPositions());
    report.put("model_name", model.name());
    report.put("total_evaluation_time_seconds", Double.toString(seconds));
    report.put("pbq", block(model, settings, protocol, actFormat));
    return report;
  }

  /** The mean that a report holds of a preset's tasks. */
  public static double mean(Map<String, Object> report, TaskPreset preset) {
    Map<?, ?> summary = (Map<?, ?>) ((Map<?, ?>) report.get("groups")).get(preset.label());
    return (Double) summary.get("mean");
  }

  private static Map<String, Object> metrics(TaskResult result) {
    Map<String, Object> metrics = new LinkedHashMap<>();
    metrics.put("alias", result.task().label());
    put(metrics, "acc", result.acc());
    result.accNorm().ifPresent(value -> put(metrics, "acc_norm", value));
    result.accuracy().perplexity().ifPresent(value -> put(metrics, "perplexity", value));
    return metrics;
  }

  private static void put(Map<String, Object> metrics, String name, MeanAndError value) {
    metrics.put(name + FILTER, value.mean());
    metrics.put(name + "_stderr" + FILTER, value.standardError());
  }

  private static Map<String, Object> higherIsBetter(TaskResult result) {
    Map<String, Object> better = new LinkedHashMap<>();
    better.put("acc", true);
    result.accNorm().ifPresent(value -> better.put("acc_norm", true));
    result.accuracy().perplexity().ifPresent(value -> better.put("perplexity", false));
    return better;
  }

  private static Map<String, Object> config(TaskResult result, TaskSettings settings) {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("task", result.task().label());
    config.put("dataset_path", result.task().dataset());
    config.put("evaluated_split", result.rows().split());
    config.put("num_fewshot", settings.shots());
    result.rows().exampleSplit().ifPresent(split -> config.put("fewshot_split", split));
    config.put("metadata", Map.of("version", result.task().version()));
    return config;
  }

  private static Map<String, Object> protocol(TaskResult result) {
    Map<String, Object> protocol = new LinkedHashMap<>();
    protocol.put("task", result.task().label());
    protocol.put("data_sha256", result.rows().sha256());
    protocol.put("correct", result.accuracy().correct());
    if (result.accNorm().isPresent()) {
      protocol.put("correct_norm", result.accuracy().correctNorm());
    }
    protocol.put("skipped_rows", result.rows().skipped());
    protocol.put("requests_with_context_cut", result.cost().cut());
    protocol.put("requests", result.cost().requests());
    protocol.put("tokens", result.cost().tokens());
    protocol.put("seconds", result.cost().seconds());
    return protocol;
  }

  private static Map<String, Object> block(
      MeasuredModel model, TaskSettings settings, List<Object> tasks, Optional<String> actFormat) {
    Map<String, Object> block = new LinkedHashMap<>();
    block.put("model", model.name());
    block.put("tokenizer", model.tokenizer().fingerprint());
    block.put("bos", model.addsBos() ? "at the start of every request" : "none");
    block.put("context_limit", model.model().maxPositions());
    block.put("prompts", settings.style().label());
    if (settings.limit().isPresent()) {
      block.put("limit", settings.limit().getAsInt());
    }
    if (settings.shots() > 0) {
      block.put("fewshot_seed", settings.seed());
    }
    actFormat.ifPresent(format -> block.put("act_format", format));
    block.put("tasks", tasks);
    return block;
  }
}
