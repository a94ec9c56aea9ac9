package dev.pbq.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static dev.pbq.cli.Packages.CHECKPOINT;
import static dev.pbq.cli.Packages.CLI;
import static dev.pbq.cli.Packages.CORE;
import static dev.pbq.cli.Packages.FORMATS;
import static dev.pbq.cli.Packages.MODEL;
import static dev.pbq.cli.Packages.PACKED;
import static dev.pbq.cli.Packages.PARALLEL;
import static dev.pbq.cli.Packages.PIPELINE;
import static dev.pbq.cli.Packages.QUANT;
import static dev.pbq.cli.Packages.ROOT;
import static dev.pbq.cli.Packages.TENSOR;
import static dev.pbq.cli.Packages.only;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The dependencies that {@code package-info} allows, of training. */
@AnalyzeClasses(
    packages = "dev.pbq",
    importOptions = {ImportOption.DoNotIncludeTests.class, Packages.NoTestJars.class})
class TrainingArchitectureTest {
  @ArchTest
  static final ArchRule optimizersAreArithmetic = only("dev.pbq.train.optimizer..", ROOT, PARALLEL);

  @ArchTest
  static final ArchRule trainableLayersKnowNoEngine =
      only("dev.pbq.train.layer..", ROOT, TENSOR, PACKED, CHECKPOINT, "dev.pbq.train.optimizer..");

  @ArchTest
  static final ArchRule students =
      only(
          "dev.pbq.train.student..",
          ROOT,
          TENSOR,
          MODEL,
          "dev.pbq.core.generate..",
          "dev.pbq.train.layer..",
          "dev.pbq.train.optimizer..");

  @ArchTest
  static final ArchRule correction =
      only(
          "dev.pbq.train.blockwise..",
          ROOT,
          PARALLEL,
          MODEL,
          PIPELINE,
          "dev.pbq.train.optimizer..",
          "dev.pbq.train.student..");

  @ArchTest
  static final ArchRule trainingMethods =
      only(
          "dev.pbq.train.method..",
          ROOT,
          TENSOR,
          PACKED,
          QUANT,
          CHECKPOINT,
          MODEL,
          FORMATS,
          "dev.pbq.train.layer..",
          "dev.pbq.train.optimizer..",
          "dev.pbq.train.student..");

  @ArchTest
  static final ArchRule trainingRuns =
      only(
          "dev.pbq.train.run..",
          CORE,
          "dev.pbq.eval.classify..",
          "dev.pbq.eval.run..",
          "dev.pbq.train.layer..",
          "dev.pbq.train.method..",
          "dev.pbq.train.optimizer..",
          "dev.pbq.train.student..");

  @ArchTest
  static final ArchRule theBuiltInModelsTraining =
      only(
          "dev.pbq.train.builtin..",
          CORE,
          "dev.pbq.train.layer..",
          "dev.pbq.train.optimizer..",
          "dev.pbq.train.student..");

  @ArchTest
  static final ArchRule tuning =
      only("dev.pbq.train.tune..", CORE, "dev.pbq.eval.run..", "dev.pbq.train..");

  @ArchTest
  static final ArchRule onlyWorkflowAndCommandLineTrain =
      noClasses()
          .that()
          .resideOutsideOfPackages("dev.pbq.train..", "dev.pbq", "dev.pbq.workflow..", CLI)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.pbq.train..");

  @ArchTest
  static final ArchRule trainings =
      only(
          "dev.pbq.workflow.train..",
          CORE,
          "dev.pbq.eval.run..",
          "dev.pbq.train..",
          "dev.pbq.workflow.quantize..",
          "dev.pbq.workflow.recipe..",
          "dev.pbq.workflow.source..");
}
