package dev.pbq.cli;

import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static dev.pbq.cli.Packages.ACTIVATION;
import static dev.pbq.cli.Packages.ARB;
import static dev.pbq.cli.Packages.CHECKPOINT;
import static dev.pbq.cli.Packages.DATA;
import static dev.pbq.cli.Packages.ENTROPY;
import static dev.pbq.cli.Packages.ENVIRONMENT;
import static dev.pbq.cli.Packages.EXPORT;
import static dev.pbq.cli.Packages.FORMATS;
import static dev.pbq.cli.Packages.GPTQ_PB;
import static dev.pbq.cli.Packages.JSON;
import static dev.pbq.cli.Packages.LINALG;
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
import dev.pbq.core.checkpoint.ForeignLayout;

/** The dependencies that {@code package-info} allows, of core, the methods and the exports. */
@AnalyzeClasses(
    packages = "dev.pbq",
    importOptions = {ImportOption.DoNotIncludeTests.class, Packages.NoTestJars.class})
class ArchitectureTest {
  @ArchTest static final ArchRule environment = only(ENVIRONMENT);

  @ArchTest static final ArchRule parallel = only(PARALLEL, ROOT);

  @ArchTest static final ArchRule entropy = only(ENTROPY, ROOT);

  @ArchTest static final ArchRule tensor = only(TENSOR, ROOT);

  @ArchTest static final ArchRule linalg = only(LINALG, ROOT, TENSOR);

  @ArchTest static final ArchRule packed = only(PACKED, ROOT, TENSOR, ENTROPY);

  @ArchTest static final ArchRule quant = only(QUANT, ROOT, TENSOR, LINALG, PACKED);

  @ArchTest static final ArchRule json = only(JSON, ROOT);

  @ArchTest
  static final ArchRule checkpoint = only(CHECKPOINT, ROOT, TENSOR, PACKED, ENVIRONMENT, JSON);

  @ArchTest static final ArchRule model = only(MODEL, ROOT, TENSOR);

  @ArchTest static final ArchRule data = only(DATA, ROOT, ENVIRONMENT, JSON, PARALLEL);

  @ArchTest static final ArchRule activation = only(ACTIVATION, ROOT);

  @ArchTest
  static final ArchRule pipeline =
      only(
          PIPELINE, ROOT, TENSOR, LINALG, PACKED, QUANT, CHECKPOINT, MODEL, DATA, JSON, ACTIVATION);

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
  static final ArchRule ecqSeesNumbersAlone =
      only("dev.pbq.ecq..", ROOT, TENSOR, LINALG, PACKED, ENTROPY, QUANT);

  @ArchTest static final ArchRule ecqChoosesAlone = only("dev.pbq.ecq.choice..", ROOT, ENTROPY);

  @ArchTest
  static final ArchRule ecqSweeps =
      only("dev.pbq.ecq.sweep..", ROOT, TENSOR, LINALG, PACKED, ENTROPY, "dev.pbq.ecq.choice..");

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
          TENSOR,
          PACKED,
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
  static final ArchRule export =
      only(EXPORT, ROOT, TENSOR, ENTROPY, PACKED, CHECKPOINT, MODEL, DATA, JSON);

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
              "dev.pbq.ecq..",
              FORMATS,
              EXPORT)
          .should()
          .dependOnClassesThat()
          .resideInAPackage("ai.djl..");

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
}
