"""The questions after each notebook's summary: the right letter, and what to say about each option.

The question and its options stand in the notebook, A first; here stand their sentences, in the same order.
"""

from helpers.exercises.progress import noted
from helpers.exercises.verdict import NOT_YET, OPEN, SOLVED, Verdict


def check_question(key, answer):
    """Check the answer to a question of a notebook.

    Parameters
    ----------
    key : str
        The number of the notebook, a point and a letter, such as "4.a".
    answer : str
        The letter of an option, such as "B".

    Returns
    -------
    Verdict
        Open, solved or not yet, with what is right or wrong with this option; it is noted in the
        progress file.

    Raises
    ------
    ValueError
        If there is no question with this key.
    """
    if key not in QUESTIONS:
        raise ValueError(f"key is {key!r}, expected one such as '4.a'; copy it from the question")
    right, *sentences = QUESTIONS[key]
    about = dict(zip("ABCD", sentences, strict=False))
    letter = "..." if answer is ... else str(answer).strip().upper()
    if letter == "...":
        words = "put the letter of your answer in the place of the `...`, and run this cell again"
        return Verdict(key, OPEN, words)
    if letter not in about:
        return Verdict(key, OPEN, f"your answer is {answer!r}, expected one of {', '.join(about)}")
    if letter == right:
        return noted(Verdict(key, SOLVED, about[letter]))
    return noted(Verdict(key, NOT_YET, about[letter], mistake=letter))


QUESTIONS = {
    "0.a": (
        "B",
        "arrays do nothing by themselves: something has to multiply, add and apply softmax",
        "the arrays hold what was learned, and `forward` makes probabilities of an image with them",
        "`backward` says how to change the numbers, and reading changes none of them",
        "it is the lookup that must keep its images: the network keeps only what training made of them",
    ),
    "0.b": (
        "A",
        "its steps lead the right way and are too short: more of them get there",
        "long steps get nowhere sooner: these soon leave a whole layer silent, whatever the image",
        "at 3 a whole layer has fallen silent, and no gradient comes back through it, however long it runs",
        "at 0.001 the loss falls all the time, only slowly",
    ),
    "0.c": (
        "C",
        "that is `forward`; this line goes back from the loss",
        "the loop calls `backward`, and does not ask why its lines are right",
        "it is a step of backpropagation, from one layer to the layer before",
        "nothing is trained there: this line says how to change the numbers",
    ),
    "1.a": (
        "C",
        "it may have memorized its images, and that says nothing about others",
        "the lookup has stored all its images, and still reads more than nine new digits in ten",
        "only images that it was not trained on can tell: so some are set aside",
        "a program that stores its images and guesses at all others reads all it was trained on, too",
    ),
    "1.b": (
        "D",
        "guessing among ten digits would; but to say 7 every time needs no training either, and reaches 90 %",
        "that makes the number honest, not yet good: good is a comparison",
        "how many are too many depends on the task: where nobody else reads half, 90 % would be a triumph",
        "a score means something only beside those that need no training",
    ),
    "1.c": (
        "B",
        "on paper, yes: but one byte has no room for the sum, 300",
        "the sum is 300 − 256 = 44, and half of it is 22: turn pixels into floating point before you calculate",
        "the sum does not stop at 255: after 255 it starts again at 0",
        "none comes, and that is the danger: the numbers are wrong without a word",
    ),
    "1.d": (
        "A",
        "a row of `Y` is a digit and a column an image: row 3 of column 8 belongs to the digit 3 and to image 8",
        "the first index is the row, and a row of `Y` stands for a digit",
        "`Y` counts nothing: each column has its own single 1",
        "the pixels are in `X`: the rows of `Y` stand for digits",
    ),
    "2.a": (
        "C",
        "its sum is large, but no weight is negative: ink beside the seven costs nothing, and more ink adds more",
        "to differ little takes blank paper beside the seven, and the sum does not ask for it: no weight is negative",
        "no weight is negative, so ink anywhere adds to the sum or leaves it as it is",
        "bold strokes put more ink on large weights, but a page full of ink has all of that and more",
    ),
    "2.b": (
        "B",
        "neurons with the same weights get the same correction, so nothing ever sets them apart",
        "equal neurons answer alike and are corrected alike: one neuron ten times over",
        "any image gives all ten the same sum, and the same correction",
        "weights of 0 would not move; these do, those of all ten neurons alike",
    ),
    "2.c": (
        "D",
        "1/26 is the probability of each letter; its price is −ln of that",
        "25/26 is the share of wrong guesses; the loss is a price of probabilities",
        "that is ln 10, the price of ten equal guesses",
        "each letter gets 1/26, and −ln(1/26) = ln 26",
    ),
    "2.d": (
        "B",
        "its ten mistakes cost 69 nats, while the other pays 90 · 0.36 + 10 · 1.2 = 44 for all its answers",
        "it pays 44 nats for 100 images, and the other 69: being sure and wrong is what costs most",
        "their accuracies are equal; the loss looks at the probability of the true digit",
        "what an image costs depends on nothing but the probability of its true digit, and all are given",
    ),
    "3.a": (
        "A",
        "0.1 · 2 is added, and −2 · 0.2 = −0.4: about, since a slope holds only nearby",
        "that way is uphill: from 0.5, −0.1 · (−2) leads to 0.7",
        "−2 is the change per unit of the weight, and it moves by 0.2",
        "only if the loss were a straight line: its slope changes on the way",
    ),
    "3.b": (
        "D",
        "nothing is cut off: the formula A − Y has no division by a",
        "it occurs in every sure mistake, and the slope stays above −1 all the same",
        "for a single example it lies between −1 and 0, too",
        "−1/a times a(1 − a) is a − 1: sure and right is near 0, sure and wrong near −1",
    ),
    "3.c": (
        "B",
        "that would leave dW2 right: what goes wrong on the way back is handed on to dW1",
        "dW3 is right, so dZ3 is; all that follows from it is wrong",
        "dW4 and dW3 come from it, and they are right",
        "the check measures the forward pass as it is, and the last two layers agree with it",
    ),
    "3.d": (
        "C",
        "neurons fall silent without biases, too, and there the missing mask shows",
        "sizes that differ hide nothing: they help to find a transpose that is missing",
        "nothing comes back through weights of 0, so there is nothing to mask",
        "it compares numbers, and where nothing comes back, right and wrong formulas give the same ones",
    ),
    "4.a": (
        "B",
        "a direction that is roughly downhill is enough for ten images: notebook 8 has a bug that passes",
        "that and no more: it learned ten wrong labels as well as ten right ones",
        "it learned ten wrong labels just as well, and those tell nothing about digits",
        "ten images are memorized at many rates; the best one depends on images, batches and layers",
    ),
    "4.b": (
        "D",
        "dead neurons pass no gradient, in the hundredth epoch no more than in the second",
        "too late: the neurons are dead, and any rate times a gradient of 0 is 0",
        "other weights, and the same steps: at such a rate they die too",
        "ln 10 is what knowing nothing costs: steps too large have probably killed the neurons",
    ),
    "4.c": (
        "B",
        "there a single step lands on the bottom; up to twice as far still ends nearer, on the other side",
        "there 1 − 50 α is −1: below, each jump ends nearer; above, farther away",
        "then w is multiplied by 1 − 50 · 0.1 = −4: each jump ends four times as far away",
        "beyond 0.04, 1 − 50 α is below −1, and each jump ends farther away than the one before",
    ),
    "4.d": (
        "A",
        "the error of a batch falls as 1/√B and its cost grows as B, so many rough steps are worth their price",
        "an epoch shows each image once, in one batch or in 125",
        "they are farther from it: the error of 32 images was longer than the gradient itself",
        "both had the same rate, and larger ones did not make up for the missing steps",
    ),
    "4.e": (
        "C",
        "a setting differs from itself by as much when nothing but the seed changes",
        "that is not known either: one may well be better by half a point",
        "take several seeds, the same for both, and the mean difference with its standard error",
        "equal seeds make a comparison sharper, but one pair is still one draw",
    ),
    "5.a": (
        "B",
        "0.9 · 0.1 / 400 is the variance: take its root",
        "√(0.9 · 0.1 / 400) = 0.3 / 20 = 0.015",
        "so it is for 100 images: four times as many halve it",
        "1/√400 is not all: √(0.9 · 0.1) = 0.3 belongs before it",
    ),
    "5.b": (
        "D",
        "most of these images were training images: it was asked what it had been told",
        "luck moves 1,000 images by about one point, hardly by five",
        "a mean with a false number is a false number",
        "another split puts training images into the development set: that is a leak",
    ),
    "5.c": (
        "C",
        "it adds up ink; what that means for a digit, the later layers make of all ten neurons",
        "another seed gives other neurons, with about the same accuracy",
        "one neuron serves several digits: a distributed representation",
        "without certain others recall is halved for 7 or 9 as well: a digit needs several neurons",
    ),
    "5.d": (
        "A",
        "if leaning is the cause, they must become sevens",
        "even if all do, the nines that it reads may lean as often",
        "that shows whether the two go together, not whether one causes the other",
        "another network's answers say nothing about the reasons of this one",
    ),
    "6.a": (
        "D",
        "seeds average out luck; a rate that suits only one of them still decides",
        "a rate that suits one may not suit the other: then the rate is what you compare",
        "the best of twenty is the luckiest of twenty",
        "so neither an unfit rate nor luck decides; the standard error says how sure it is",
    ),
    "6.b": (
        "A",
        "“diverged” says that a right digit got the probability 0, whose logarithm is infinite",
        "its weights are finite; infinite is the loss, the logarithm of a probability rounded to 0",
        "no neuron of its second hidden layer answers any image",
        "where a layer is dead, no gradient passes, however long it runs",
    ),
    "6.c": (
        "C",
        "narrow layers would lower both figures, so this remains a suspect",
        "too little time would lower both figures, so this remains a suspect",
        "overfitting raises the training accuracy while the other falls",
        "an unfit rate would lower both figures, so it takes a test of its own",
    ),
    "6.d": (
        "B",
        "it was chosen because luck was with it on these images, and luck does not come along",
        "luck alone made it the winner, so it is one of the twenty like any other",
        "luck is not paid back: it is an ordinary network, not a worse one",
        "it can, on average: where luck alone sets them apart, each is worth what all are",
    ),
    "6.e": (
        "C",
        "it has enough of them to fit the training images: what is missing is missing on new ones",
        "it has learned the training images; more of the same makes it surer of them",
        "the gap says that it memorized its images: give it more to learn from, or hold it back",
        "it has learned the training images, so the rate is large enough",
    ),
    "7.a": (
        "C",
        "for these digits nearly so; about others it says nothing",
        "perhaps, but form and scanner are others too, and no number here tells them apart",
        "there the pixels alone were changed, and that cost 2 of 26 points",
        "overfitting would show on new digits of MNIST, and they read 93 % of those",
    ),
    "7.b": (
        "B",
        "that changes the angle and leaves the blur: still both at once",
        "then they are upright again and blurred, even twice: only the turning is gone",
        "that may help against both, and does not tell one from the other",
        "they are turned and blurred as well: still both at once",
    ),
    "7.c": (
        "D",
        "robust is always against something: in the notebook it did far worse under a gray veil",
        "so it was here; but training on attacked images helped in several ways, at no cost that showed",
        "in the notebook the same training changed much under a gray veil, for the worse",
        "what helps against one disturbance may help, harm or do nothing against another",
    ),
    "7.d": (
        "B",
        "no training image is looked at: the T-shirt need not be like any 2",
        "softmax sees only differences of ten scores, never how much speaks for any of them",
        "of its answers on T-shirts none is right: nothing made confidence and success agree there",
        "there is no score for “none of these”, so this is never compared",
    ),
    "7.e": (
        "C",
        "it counts the columns of each row",
        "it reads each field, and an empty one is not a label",
        "every number is a good one: only your eyes can find this",
        "it reads each field, and a word is not a number",
    ),
    "8.a": (
        "C",
        "ask it, but later: it takes two forward passes for each slope",
        "a rate that makes up for a bug hides it, as in case 7",
        "it costs one forward pass, and can end the search",
        "ask it, but last: it takes hundreds of steps",
    ),
    "8.b": (
        "D",
        "its gradients are wrong before the last layer: the network is worse by points",
        "then it learns nothing, and the numbers say so, truly",
        "then it learns too slowly, and the numbers say so, truly",
        "the network is the same, and the report hides its overfitting",
    ),
    "8.c": (
        "A",
        "no such step for the last layer, one for the second, two for the first",
        "then the ratio would be the same in all layers, the last one too",
        "then the directions would be wrong too, with cosines below 1",
        "the check sees no update, so no learning rate enters it",
    ),
    "9.a": (
        "B",
        "ten fewer can be luck: 50 tosses of a coin are as uneven in one case of five",
        "50 tosses of a coin are as uneven as 30 to 20 in one case of five",
        "the second may well be better: these images just do not show it",
        "that makes the comparison sharper, and still 30 to 20 may be chance",
    ),
    "9.b": (
        "A",
        "they have become development images, and the best of 20 has been lucky on them",
        "they made the choice, so the best of 20 owes a part to luck on just these images",
        "more settings would flatter the best one more",
        "no standard error tells that the luckiest was picked: only new images do",
    ),
    "9.c": (
        "C",
        "the place falls between pixels either way: the four around it are mixed",
        "it can: turn back by the same angle, which is what each new pixel does",
        "sent forward, old pixels would pile up in some places and leave holes in others",
        "either way each of the 28 × 28 pixels is visited once",
    ),
    "9.d": (
        "B",
        "so it is in the first step; here the mean of the gradients is near 0",
        "the mean of the gradients is near 0, the root of the mean square is 1",
        "the running mean swings around 0 and is never 0: about a twentieth of the learning rate is left",
        "the squares do not cancel: the root of their mean is 1, not near 0",
    ),
}
