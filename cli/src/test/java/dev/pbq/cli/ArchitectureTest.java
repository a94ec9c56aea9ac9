package dev.pbq.cli;

import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.pbq.core.checkpoint.ForeignLayout;

/** The dependencies that each package's {@code package-info} allows, for all modules at once. */
@AnalyzeClasses(
    packages = "dev.pbq",
    importOptions = {ImportOption.DoNotIncludeTests.class, ArchitectureTest.NoTestJars.class})
class ArchitectureTest {
  private static final String ROOT = "dev.pbq.core";
  private static final String TENSOR = "dev.pbq.core.tensor..";
  private static final String PARALLEL = "dev.pbq.core.parallel..";
  private static final String LINALG = "dev.pbq.core.linalg..";
  private static final String PACKED = "dev.pbq.core.packed..";
  private static final String QUANT = "dev.pbq.core.quant..";
  private static final String CHECKPOINT = "dev.pbq.core.checkpoint..";
  private static final String MODEL = "dev.pbq.core.model..";
  private static final String DATA = "dev.pbq.core.data..";
  private static final String JSON = "dev.pbq.core.json..";
  private static final String ENVIRONMENT = "dev.pbq.core.environment..";
  private static final String ACTIVATION = "dev.pbq.core.activation..";
  private static final String PIPELINE = "dev.pbq.core.pipeline..";
  private static final String CORE = "dev.pbq.core..";
  private static final String GPTQ_PB = "dev.pbq.gptqpb..";
  private static final String ARB = "dev.pbq.arb..";
  private static final String FORMATS = "dev.pbq.formats..";
  private static final String EVAL = "dev.pbq.eval..";
  private static final String EVAL_SCORING = "dev.pbq.eval.scoring..";
  private static final String EXPORT = "dev.pbq.export..";
  private static final String TINY = "dev.pbq.tiny..";
  private static final String RECIPE = "dev.pbq.workflow.recipe..";
  private static final String SOURCE = "dev.pbq.workflow.source..";
  private static final String CLI = "dev.pbq.cli..";

  @ArchTest static final ArchRule environment = only(ENVIRONMENT);
  @ArchTest static final ArchRule parallel = only(PARALLEL, ROOT);
  @ArchTest static final ArchRule tensor = only(TENSOR, ROOT);
  @ArchTest static final ArchRule linalg = only(LINALG, ROOT, TENSOR);
  @ArchTest static final ArchRule packed = only(PACKED, ROOT, TENSOR);
  @ArchTest static final ArchRule quant = only(QUANT, ROOT, TENSOR, LINALG, PACKED, JSON);
  @ArchTest static final ArchRule json = only(JSON, ROOT);

  @ArchTest
  static final ArchRule checkpoint = only(CHECKPOINT, ROOT, TENSOR, PACKED, ENVIRONMENT, JSON);

  @ArchTest static final ArchRule model = only(MODEL, ROOT, TENSOR);
  @ArchTest static final ArchRule data = only(DATA, ROOT, ENVIRONMENT, JSON);
  @ArchTest static final ArchRule activation = only(ACTIVATION, ROOT);

  @ArchTest
  static final ArchRule pipeline =
      only(PIPELINE, ROOT, TENSOR, LINALG, PACKED, QUANT, CHECKPOINT, MODEL, DATA, ACTIVATION);

  @ArchTest
  static final ArchRule generate = only("dev.pbq.core.generate..", ROOT, TENSOR, MODEL, DATA);

  @ArchTest
  static final ArchRule algorithmsSeeNumbersAlone =
      only(GPTQ_PB, ROOT, TENSOR, LINALG, PACKED, QUANT);

  @ArchTest
  static final ArchRule hqqSeesNumbersAlone =
      only("dev.pbq.hqq..", ROOT, TENSOR, LINALG, PACKED, QUANT);

  @ArchTest static final ArchRule hqqAlgebra = only("dev.pbq.hqq.algebra..", ROOT, TENSOR, PACKED);

  @ArchTest
  static final ArchRule arbSeesNumbersAlone = only(ARB, ROOT, TENSOR, LINALG, PACKED, QUANT);

  @ArchTest
  static final ArchRule arbFits =
      only("dev.pbq.arb.fit..", ROOT, TENSOR, LINALG, "dev.pbq.arb.choice..");

  @ArchTest static final ArchRule arbChoices = only("dev.pbq.arb.choice..");

  @ArchTest
  static final ArchRule arbPartitions =
      only(
          "dev.pbq.arb.partition..",
          ROOT,
          TENSOR,
          LINALG,
          "dev.pbq.arb.fit..",
          "dev.pbq.arb.choice..");

  @ArchTest
  static final ArchRule formatsSeeNumbersAlone =
      only(
          "dev.pbq.formats",
          ROOT,
          TENSOR,
          LINALG,
          PACKED,
          QUANT,
          MODEL,
          "dev.pbq.formats.arithmetic..",
          "dev.pbq.formats.config..");

  @ArchTest
  static final ArchRule formatsOfModels =
      only(
          "dev.pbq.formats.model..",
          ROOT,
          CHECKPOINT,
          MODEL,
          "dev.pbq.formats.arithmetic..",
          "dev.pbq.formats.config..");

  @ArchTest
  static final ArchRule formatArithmetic =
      only("dev.pbq.formats.arithmetic..", ROOT, TENSOR, LINALG, PACKED);

  @ArchTest
  static final ArchRule formatConfigurations =
      only("dev.pbq.formats.config..", ROOT, PACKED, MODEL, "dev.pbq.formats.arithmetic..");

  @ArchTest
  static final ArchRule searchSamplers =
      only(
          "dev.pbq.search.sampler..",
          ROOT,
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
          MODEL,
          PIPELINE,
          QUANT,
          CHECKPOINT,
          "dev.pbq.formats.config..",
          "dev.pbq.eval.protocol..");

  @ArchTest
  static final ArchRule sources = only(SOURCE, ROOT, DATA, CHECKPOINT, "dev.pbq.hub..", TINY);

  @ArchTest
  static final ArchRule quantizing =
      only(
          "dev.pbq.workflow.quantize..",
          CORE,
          "dev.pbq.formats.model..",
          "dev.pbq.formats.config..",
          EVAL,
          RECIPE,
          SOURCE);

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
          "dev.pbq.workflow.quantize..");

  @ArchTest
  static final ArchRule inspections =
      only("dev.pbq.workflow.inspect..", ROOT, TENSOR, CHECKPOINT, PIPELINE);

  @ArchTest
  static final ArchRule frontDoor =
      only("dev.pbq", CORE, FORMATS, EVAL, EXPORT, "dev.pbq.hub..", "dev.pbq.workflow..");

  @ArchTest
  static final ArchRule resultPages =
      only("dev.pbq.workflow.report..", CORE, EVAL, "dev.pbq.workflow.compare..");

  @ArchTest static final ArchRule eval = only(EVAL, CORE);
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

  @ArchTest
  static final ArchRule evalReport =
      only("dev.pbq.eval.report..", CORE, "dev.pbq.eval", "dev.pbq.eval.distance..");

  @ArchTest
  static final ArchRule export = only(EXPORT, ROOT, TENSOR, PACKED, CHECKPOINT, MODEL, DATA, JSON);

  @ArchTest
  static final ArchRule layoutsOfOtherProgramsStandBesideTheirWriters =
      classes()
          .that()
          .implement(ForeignLayout.class)
          .should()
          .resideInAPackage(EXPORT)
          .andShould()
          .haveSimpleNameEndingWith("Layout");

  @ArchTest
  static final ArchRule exportersDoNotKnowEachOther =
      com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices()
          .matching("dev.pbq.export.(*)..")
          .should()
          .notDependOnEachOther();

  @ArchTest
  static final ArchRule classification = only("dev.pbq.eval.classify..", "dev.pbq.eval", CORE);

  @ArchTest
  static final ArchRule evalTasks =
      only("dev.pbq.eval.tasks..", CORE, "dev.pbq.eval", EVAL_SCORING);

  @ArchTest static final ArchRule evalRun = only("dev.pbq.eval.run..", CORE, EVAL);

  @ArchTest
  static final ArchRule modelsAreOpenedForRunningInOnePlace =
      noClasses()
          .that()
          .resideOutsideOfPackages(CORE, "dev.pbq.eval.run..", TINY, "dev.pbq.bench..")
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
  static final ArchRule blasIsUsedInOnePlace =
      noClasses()
          .that()
          .resideOutsideOfPackage(LINALG)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.nd4j..", "org.bytedeco..");

  @ArchTest
  static final ArchRule algorithmsAndFormatsKnowNoEngine =
      noClasses()
          .that()
          .resideInAnyPackage(
              TENSOR,
              PARALLEL,
              LINALG,
              PACKED,
              QUANT,
              CHECKPOINT,
              GPTQ_PB,
              ARB,
              "dev.pbq.hqq..",
              FORMATS,
              EXPORT)
          .should()
          .dependOnClassesThat()
          .resideInAPackage("ai.djl..");

  @ArchTest
  static final ArchRule onlyMainEndsTheProcess =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName("dev.pbq.cli.Main")
          .should()
          .callMethod(System.class, "exit", int.class);

  /** Parallel streams take all cores unless they happen to run inside a pool. */
  @ArchTest
  static final ArchRule noParallelStreams =
      noClasses()
          .should()
          .callMethodWhere(
              target(nameMatching("parallel([A-Z].*)?"))
                  .and(target(owner(resideInAPackage("java.util.."))))
                  .as("a parallel stream or array operation is called"));

  @ArchTest
  static final ArchRule poolsAreMadeInOnePlace =
      noClasses()
          .that()
          .resideOutsideOfPackage(PARALLEL)
          .should()
          .dependOnClassesThat()
          .haveNameMatching("java\\.util\\.concurrent\\.(ForkJoin|Recursive).*");

  @ArchTest
  static final ArchRule noStaticMutableState =
      noFields()
          .that()
          .areStatic()
          .and()
          .doNotHaveModifier(com.tngtech.archunit.core.domain.JavaModifier.SYNTHETIC)
          .should()
          .notBeFinal();

  private static ArchRule only(String self, String... others) {
    String[] allowed = new String[others.length + 2];
    allowed[0] = self;
    allowed[1] = PARALLEL;
    System.arraycopy(others, 0, allowed, 2, others.length);
    return classes()
        .that()
        .resideInAPackage(self)
        .should()
        .onlyDependOnClassesThat(
            com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage(
                    "dev.pbq..")
                .or(
                    com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage(
                        allowed)));
  }

  /** The test jar of core is no product code. */
  static final class NoTestJars implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return !location.contains("-tests.jar");
    }
  }
}
