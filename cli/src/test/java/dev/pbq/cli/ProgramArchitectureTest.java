package dev.pbq.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static dev.pbq.cli.Packages.ACTIVATION;
import static dev.pbq.cli.Packages.CHECKPOINT;
import static dev.pbq.cli.Packages.CLI;
import static dev.pbq.cli.Packages.CORE;
import static dev.pbq.cli.Packages.DATA;
import static dev.pbq.cli.Packages.ENTROPY;
import static dev.pbq.cli.Packages.ENVIRONMENT;
import static dev.pbq.cli.Packages.EVAL;
import static dev.pbq.cli.Packages.EVAL_SCORING;
import static dev.pbq.cli.Packages.EXPORT;
import static dev.pbq.cli.Packages.FORMATS;
import static dev.pbq.cli.Packages.JSON;
import static dev.pbq.cli.Packages.KERNELS;
import static dev.pbq.cli.Packages.MODEL;
import static dev.pbq.cli.Packages.PACKED;
import static dev.pbq.cli.Packages.PIPELINE;
import static dev.pbq.cli.Packages.QUANT;
import static dev.pbq.cli.Packages.RECIPE;
import static dev.pbq.cli.Packages.ROOT;
import static dev.pbq.cli.Packages.SOURCE;
import static dev.pbq.cli.Packages.TENSOR;
import static dev.pbq.cli.Packages.TINY;
import static dev.pbq.cli.Packages.only;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/**
 * The dependencies that {@code package-info} allows, of evaluation, search, training, workflow,
 * cli.
 */
@AnalyzeClasses(
    packages = "dev.pbq",
    importOptions = {ImportOption.DoNotIncludeTests.class, Packages.NoTestJars.class})
class ProgramArchitectureTest {
  @ArchTest
  static final ArchRule searchSamplers =
      only(
          "dev.pbq.search.sampler..",
          ROOT,
          JSON,
          "dev.pbq.formats.arithmetic..",
          "dev.pbq.formats.config..");

  @ArchTest
  static final ArchRule memoryDensity =
      only(
          "dev.pbq.search.density..",
          ROOT,
          PACKED,
          MODEL,
          "dev.pbq.formats.arithmetic..",
          "dev.pbq.formats.config..");

  @ArchTest
  static final ArchRule studies =
      only(
          "dev.pbq.search.study..",
          CORE,
          FORMATS,
          EVAL,
          "dev.pbq.search.sampler..",
          "dev.pbq.search.density..",
          "dev.pbq.workflow.recipe..");

  @ArchTest
  static final ArchRule onlyTheCommandLineSearches =
      noClasses()
          .that()
          .resideOutsideOfPackages("dev.pbq.search..", CLI)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.pbq.search..");

  @ArchTest
  static final ArchRule geneticAlgorithmsAreUsedInOnePlace =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.pbq.search.sampler..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.moeaframework..", "org.apache.commons.math3..");

  @ArchTest
  static final ArchRule recipes =
      only(
          RECIPE,
          ROOT,
          DATA,
          JSON,
          MODEL,
          PIPELINE,
          QUANT,
          CHECKPOINT,
          "dev.pbq.formats.config..",
          "dev.pbq.eval.protocol..");

  @ArchTest
  static final ArchRule sources =
      only(SOURCE, ROOT, DATA, CHECKPOINT, "dev.pbq.hub..", TINY, EXPORT);

  @ArchTest
  static final ArchRule quantizing =
      only(
          "dev.pbq.workflow.quantize..",
          CORE,
          "dev.pbq.formats.model..",
          "dev.pbq.formats.config..",
          EVAL,
          RECIPE,
          SOURCE,
          "dev.pbq.workflow.allocate..",
          "dev.pbq.workflow.engine..");

  @ArchTest
  static final ArchRule engines = only("dev.pbq.workflow.engine..", ROOT, PIPELINE, RECIPE);

  @ArchTest
  static final ArchRule exports =
      only(
          "dev.pbq.workflow.export..",
          ROOT,
          TENSOR,
          CHECKPOINT,
          MODEL,
          "dev.pbq.eval.run..",
          EXPORT);

  @ArchTest static final ArchRule allocation = only("dev.pbq.workflow.allocate..", ROOT);

  @ArchTest
  static final ArchRule comparisons =
      only(
          "dev.pbq.workflow.compare..",
          CORE,
          "dev.pbq.formats.model..",
          "dev.pbq.formats.config..",
          EVAL,
          RECIPE,
          SOURCE,
          "dev.pbq.workflow.quantize..",
          "dev.pbq.workflow.inspect..");

  @ArchTest
  static final ArchRule inspections =
      only("dev.pbq.workflow.inspect..", ROOT, TENSOR, CHECKPOINT, MODEL, PACKED, PIPELINE);

  @ArchTest
  static final ArchRule verification =
      only(
          "dev.pbq.workflow.verify..",
          ROOT,
          TENSOR,
          CHECKPOINT,
          PACKED,
          PIPELINE,
          "dev.pbq.workflow.quantize..");

  @ArchTest
  static final ArchRule speeds =
      only("dev.pbq.workflow.speed..", CORE, KERNELS, "dev.pbq.eval.run..");

  @ArchTest
  static final ArchRule frontDoor =
      only(
          "dev.pbq",
          CORE,
          FORMATS,
          EVAL,
          EXPORT,
          "dev.pbq.hub..",
          "dev.pbq.workflow..",
          "dev.pbq.train..");

  @ArchTest
  static final ArchRule resultPages =
      only(
          "dev.pbq.workflow.report..",
          CORE,
          EVAL,
          "dev.pbq.train.optimizer..",
          "dev.pbq.train.run..",
          "dev.pbq.train.tune..",
          RECIPE,
          "dev.pbq.workflow.quantize..",
          "dev.pbq.workflow.compare..",
          "dev.pbq.workflow.speed..",
          TINY);

  @ArchTest static final ArchRule lanes = only("dev.pbq.kernels.lanes..");

  @ArchTest
  static final ArchRule vectors = only("dev.pbq.kernels.vector..", "dev.pbq.kernels.lanes..");

  @ArchTest
  static final ArchRule forms =
      only("dev.pbq.kernels.form..", ROOT, TENSOR, "dev.pbq.kernels.lanes..");

  @ArchTest
  static final ArchRule families =
      only(
          "dev.pbq.kernels.family..",
          ROOT,
          TENSOR,
          PACKED,
          ENTROPY,
          "dev.pbq.kernels.form..",
          "dev.pbq.kernels.lanes..");

  @ArchTest
  static final ArchRule products =
      only(
          "dev.pbq.kernels",
          ROOT,
          TENSOR,
          PACKED,
          "dev.pbq.kernels.form..",
          "dev.pbq.kernels.family..",
          "dev.pbq.kernels.lanes..");

  @ArchTest
  static final ArchRule speedsOfProducts =
      only("dev.pbq.kernels.speed..", ROOT, TENSOR, PACKED, ENTROPY, "dev.pbq.kernels");

  @ArchTest static final ArchRule kernels = only(KERNELS, CORE);

  @ArchTest
  static final ArchRule vectorsAreUsedInOnePlace =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.pbq.kernels.vector..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("jdk.incubator..", "dev.pbq.kernels.vector..");

  @ArchTest static final ArchRule eval = only(EVAL, CORE, KERNELS);

  @ArchTest static final ArchRule hub = only("dev.pbq.hub..", ROOT, CHECKPOINT, ENVIRONMENT);

  @ArchTest
  static final ArchRule profiles = only("dev.pbq.eval.profile..", ROOT, TENSOR, MODEL, ACTIVATION);

  @ArchTest
  static final ArchRule runningAModelNeedsNoPipeline =
      noClasses()
          .that()
          .resideInAnyPackage(EVAL_SCORING, "dev.pbq.eval.protocol..", "dev.pbq.eval.tasks..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage(PIPELINE);

  @ArchTest static final ArchRule evalRecords = only("dev.pbq.eval", CORE);

  @ArchTest static final ArchRule evalScoring = only(EVAL_SCORING, CORE, "dev.pbq.eval");

  @ArchTest
  static final ArchRule evalProtocol =
      only("dev.pbq.eval.protocol..", CORE, "dev.pbq.eval", EVAL_SCORING);

  @ArchTest
  static final ArchRule evalDistance =
      only("dev.pbq.eval.distance..", CORE, "dev.pbq.eval", EVAL_SCORING);

  @ArchTest static final ArchRule evalSensitivity = only("dev.pbq.eval.sensitivity..", CORE);

  @ArchTest
  static final ArchRule evalReport =
      only("dev.pbq.eval.report..", CORE, "dev.pbq.eval", "dev.pbq.eval.distance..");

  @ArchTest
  static final ArchRule classification = only("dev.pbq.eval.classify..", "dev.pbq.eval", CORE);

  @ArchTest
  static final ArchRule evalTasks =
      only("dev.pbq.eval.tasks..", CORE, "dev.pbq.eval", EVAL_SCORING);

  @ArchTest static final ArchRule evalRun = only("dev.pbq.eval.run..", CORE, EVAL, KERNELS);

  @ArchTest
  static final ArchRule modelsAreOpenedForRunningInOnePlace =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              CORE, "dev.pbq.eval.run..", "dev.pbq.train.builtin..", "dev.pbq.bench..")
          .and()
          .doNotHaveFullyQualifiedName("dev.pbq.workflow.quantize.QuantizationJob")
          .should()
          .dependOnClassesThat()
          .haveFullyQualifiedName("dev.pbq.core.model.Engines");

  @ArchTest static final ArchRule tiny = only(TINY, CORE);

  @ArchTest
  static final ArchRule chats =
      only("dev.pbq.workflow.chat..", ROOT, DATA, JSON, "dev.pbq.jinja..");

  @ArchTest
  static final ArchRule jinjaStandsAlone =
      classes()
          .that()
          .resideInAPackage("dev.pbq.jinja..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("dev.pbq.jinja..", "java..");

  @ArchTest
  static final ArchRule templatesAreRenderedInOnePlace =
      noClasses()
          .that()
          .resideOutsideOfPackages("dev.pbq.jinja..", "dev.pbq.workflow.chat..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.pbq.jinja..");

  @ArchTest
  static final ArchRule commandsAndOptionsAreOfTheCommandLine =
      classes()
          .that()
          .resideInAnyPackage("dev.pbq.cli.command..", "dev.pbq.cli.option..")
          .and()
          .areTopLevelClasses()
          .and()
          .doNotHaveSimpleName("package-info")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("picocli..");

  @ArchTest
  static final ArchRule optionsKnowNoCommand =
      noClasses()
          .that()
          .resideInAnyPackage("dev.pbq.cli.option..", "dev.pbq.cli.console..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.pbq.cli.command..");

  @ArchTest
  static final ArchRule theConsoleKnowsNoOption =
      noClasses()
          .that()
          .resideInAPackage("dev.pbq.cli.console..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.pbq.cli.option..");

  @ArchTest
  static final ArchRule onlyTheCommandLineIsPicocli =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.pbq.cli..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("picocli..");

  @ArchTest
  static final ArchRule nothingSeesTheCommandLine =
      noClasses()
          .that()
          .resideOutsideOfPackage(CLI)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(CLI, "picocli..");

  @ArchTest
  static final ArchRule onlyMainEndsTheProcess =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName("dev.pbq.cli.Main")
          .should()
          .callMethod(System.class, "exit", int.class);
}
